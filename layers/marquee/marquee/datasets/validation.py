"""Whether an upload can work at all, told in seconds and before anything is started."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from marquee.datasets.decoding import NotText, Utf8Lines
from marquee.datasets.delimited import check_csv
from marquee.datasets.json_lines import check_json_lines
from marquee.datasets.parquet import MAGIC, check_parquet
from marquee.datasets.tally import Tally
from marquee.datasets.unpacking import GZIP, TruncatedArchive, chunks
from marquee.ledger import Ledger, Stage
from marquee.services.objects import ObjectReplaced, Objects
from marquee.stages import standing_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from marquee.identity import Attempt
    from marquee.services.objects import Readable
    from marquee.settings import ValidateUploadSettings

    Check = Callable[[Iterator[str], Tally], list[str]]

# Unpacked bytes that are read; what is longer is judged by this sample, and a .gz that unpacks
# to terabytes costs no more.
_SAMPLE_BYTES = 512 * 2**20
_CHECKS: dict[str, Check] = {
    "csv": check_csv,
    "json": check_json_lines,
    "jsonl": check_json_lines,
    "ndjson": check_json_lines,
}
_FORMATS = (*_CHECKS, "parquet")
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class ValidateUpload:
    """Reads an upload as it streams by, in bounded memory."""

    settings: ValidateUploadSettings
    ledger: Ledger
    objects: Objects

    @classmethod
    def of(cls, settings: ValidateUploadSettings) -> ValidateUpload:
        """Wire it to AWS."""
        return cls(settings, Ledger(settings.ledger_table), Objects())

    def problems(self, attempt: Attempt) -> list[str]:
        """Return everything that is wrong with the attempt's upload; RunMoved if the run is past that."""
        run = standing_at(self.ledger, attempt, Stage.RECEIVED)
        bucket, key, size = run.upload.bucket, run.upload.key, run.upload.size
        suffix, packed = format_of(key)
        if size == 0:
            return ["The file is empty."]
        try:
            self.objects.expect(bucket, key, run.upload.etag)
        except ObjectReplaced:
            return ["Another file was uploaded under this name meanwhile; that file is a run of its own."]
        wrong = magic_problem(self.objects.range(bucket, key, 0, min(size, 4)), suffix, packed)
        if wrong:
            return [wrong]
        if suffix == "parquet":
            read = lambda start, end: self.objects.range(bucket, key, start, end)  # noqa: E731
            return check_parquet(size, read, self.settings.minimum_rows)
        stream = self.objects.open(bucket, key)
        return text_problems(stream, _CHECKS[suffix], packed, self.settings.minimum_rows)


def format_of(key: str) -> tuple[str, bool]:
    """Return the format that a key's ending names, and whether it says .gz."""
    name = key.lower()
    return name.removesuffix(".gz").rpartition(".")[2], name.endswith(".gz")


def text_problems(stream: Readable, check: Check, packed: bool, minimum_rows: int) -> list[str]:
    """Return everything that is wrong with a stream of CSV or JSON lines."""
    lines = Utf8Lines(chunks(stream, packed), _SAMPLE_BYTES)
    tally = Tally()
    each = iter(lines)
    try:
        first = next((line for line in each if line.strip()), None)
        if first is None:
            return [*lines.problems(), "The file is empty."]
        problems = check(chain((first,), each), tally)
        for _ in each:
            pass  # the bytes after the last row that could be read are checked too
    except NotText as error:
        return [str(error)]
    except TruncatedArchive as error:
        return [*lines.problems(), str(error)]
    rows = [] if problems else tally.problems(minimum_rows if lines.complete else None)
    return [*lines.problems(), *problems, *rows]


def magic_problem(magic: bytes, suffix: str, packed: bool) -> str:
    """Return how a file's first four bytes contradict its name, "" if they do not."""
    if suffix not in _FORMATS:
        return f"The name must end in one of {', '.join(f'.{name}' for name in _FORMATS)} (.gz allowed)."
    if magic.startswith(_ZIP):
        return "The file is a zip archive or a spreadsheet; save it as CSV and upload it again."
    if packed != magic.startswith(GZIP):
        is_not = "the file is no gzip file" if packed else "the file is a gzip file: name it .gz"
        return f"The name {'ends' if packed else 'does not end'} in .gz, but {is_not}."
    if packed and suffix == "parquet":
        return "A Parquet file cannot be packed with gzip; upload it as it is."
    if (suffix == "parquet") != (magic == MAGIC):
        return (
            f"The name says {suffix}, but the file {'is no' if suffix == 'parquet' else 'is a'} Parquet file."
        )
    return ""
