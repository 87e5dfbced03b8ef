"""Every odd upload there is, by class."""

from collections.abc import Callable, Iterator

from chaos.inputs.archives import archives
from chaos.inputs.case import Case
from chaos.inputs.encodings import encodings
from chaos.inputs.json_files import json_files
from chaos.inputs.labels import columns, labels
from chaos.inputs.names import names
from chaos.inputs.parquet_files import parquet_files
from chaos.inputs.quoting import quoting
from chaos.inputs.separators import emptiness, line_ends, separators, widths
from chaos.inputs.sizes import bombs, sizes

CLASSES: dict[str, Callable[[], Iterator[Case]]] = {
    one.__name__.replace("_", " "): one
    for one in (
        encodings,
        quoting,
        separators,
        line_ends,
        widths,
        emptiness,
        sizes,
        bombs,
        archives,
        names,
        columns,
        labels,
        json_files,
        parquet_files,
    )
}
