"""Reading the dataset's splits: one Parquet prefix each, as the Glue job wrote them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from refusals import Refused

_LABELLED = ("review_id", "review", "label")
_UNLABELLED = ("review_id", "review")


@dataclass(frozen=True)
class Split:
    """The labelled rows of one split, in file order."""

    review_ids: list[str]
    reviews: list[str]
    labels: list[str]

    def __len__(self) -> int:
        """Rows."""
        return len(self.reviews)


@dataclass(frozen=True)
class Dataset:
    """All splits, and the labels of the training rows in alphabetical order."""

    train: Split
    validation: Split
    test: Split
    unlabelled: list[str]
    labels: list[str]

    @property
    def rows(self) -> dict[str, int]:
        """Rows per labelled split."""
        return {"train": len(self.train), "validation": len(self.validation), "test": len(self.test)}


def read_dataset(channels: Mapping[str, str | None]) -> Dataset:
    """Read the channels, name to folder; `unlabelled` may be missing. Refused names a wrong one."""
    train, validation, test = (
        Split(**_columns(name, channels.get(name), _LABELLED)) for name in ("train", "validation", "test")
    )
    extra = channels.get("unlabelled")
    unlabelled = _columns("unlabelled", extra, _UNLABELLED)["reviews"] if extra else []
    labels = _labels(train, {"validation": validation, "test": test})
    return Dataset(train, validation, test, unlabelled, labels)


def codes(values: Sequence[str], labels: Sequence[str]) -> npt.NDArray[np.intp]:
    """Return each value's place in `labels`: shape (rows,)."""
    place = {label: index for index, label in enumerate(labels)}
    return np.array([place[value] for value in values], dtype=np.intp)


def _labels(train: Split, others: Mapping[str, Split]) -> list[str]:
    labels = sorted(set(train.labels))
    if len(labels) < 2:
        raise Refused(f"The training rows hold only the label {labels[0]!r}; two are needed at least.")
    for name, split in others.items():
        unseen = sorted(set(split.labels) - set(labels))
        if unseen:
            raise Refused(f"Split {name!r} has the label {unseen[0]!r}, which no training row has.")
    return labels


def _columns(channel: str, folder: str | None, names: Sequence[str]) -> dict[str, list[str]]:
    """Read every Parquet file under a channel's folder: column name in the plural to values."""
    files = sorted(Path(folder).rglob("*.parquet")) if folder else []
    if not files:
        raise Refused(f"Channel {channel!r} holds no Parquet file; each split needs one folder of them.")
    table = pa.concat_tables([_read(channel, file, names) for file in files])
    if not table.num_rows:
        raise Refused(f"Channel {channel!r} holds no rows.")
    for name in names:
        if empty := table.column(name).null_count:
            raise Refused(
                f"Channel {channel!r}: column {name!r} is null in {empty} of {table.num_rows} rows."
            )
    return {f"{name}s": table.column(name).to_pylist() for name in names}


def _read(channel: str, file: Path, names: Sequence[str]) -> pa.Table:
    # ParquetFile, not read_table: a folder called split=train would become one more column.
    try:
        source = pq.ParquetFile(file)
    except pa.ArrowInvalid as error:
        raise Refused(f"Channel {channel!r}: {file.name} is not a Parquet file ({error}).") from error
    missing = [name for name in names if name not in source.schema_arrow.names]
    if missing:
        raise Refused(f"Channel {channel!r}: {file.name} has no column {missing[0]!r}.")
    return source.read(columns=list(names)).cast(pa.schema([(name, pa.string()) for name in names]))
