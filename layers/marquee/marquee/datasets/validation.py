"""Whether an upload can work at all, told in seconds and before anything is started."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from marquee.datasets.decoding import NotText, Utf8Lines
from marquee.datasets.delimited import check_csv
from marquee.datasets.file_names import format_of, name_problem
from marquee.datasets.json_lines import check_json_lines
from marquee.datasets.parquet import check_parquet
from marquee.datasets.signatures import LONGEST, signature_problem
from marquee.datasets.tally import SampleEnded, Tally
from marquee.datasets.unpacking import BadArchive, chunks
from marquee.ledger import Ledger, Stage
from marquee.services.objects import ObjectReplaced, Objects
from marquee.stages import standing_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from marquee.identity import Attempt
    from marquee.services.objects import Readable
    from marquee.settings import ValidateUploadSettings

    Check = Callable[[Iterator[str], Tally], list[str]]

# Unpacked bytes that are read; what is longer is judged by this sample.
_SAMPLE_BYTES = 256 * 2**20
_CHECKS: dict[str, Check] = {
    "csv": check_csv,
    "json": check_json_lines,
    "jsonl": check_json_lines,
    "ndjson": check_json_lines,
}


class Content(Protocol):
    """The bytes of one upload."""

    @property
    def size(self) -> int:
        """Return their number."""
        ...

    def open(self) -> Readable:
        """Return them as a stream."""
        ...

    def range(self, start: int, end: int) -> bytes:
        """Return those from `start` to `end`, which is excluded."""
        ...


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
        if size == 0:
            return ["The file is empty."]
        try:
            self.objects.expect(bucket, key, run.upload.etag)
        except ObjectReplaced:
            return ["Another file was uploaded under this name meanwhile; that file is a run of its own."]
        content = _Object(self.objects, bucket, key, size)
        return upload_problems(key, content, self.settings.minimum_rows)


@dataclass(frozen=True)
class _Object:
    """An object in S3 as the content of an upload."""

    objects: Objects
    bucket: str
    key: str
    size: int

    def open(self) -> Readable:
        return self.objects.open(self.bucket, self.key)

    def range(self, start: int, end: int) -> bytes:
        return self.objects.range(self.bucket, self.key, start, end)


def upload_problems(key: str, content: Content, minimum_rows: int) -> list[str]:
    """Return everything that is wrong with an upload, by its name and its content."""
    wrong = name_problem(key) or signature_problem(content.range(0, min(content.size, LONGEST)), key)
    if wrong:
        return [wrong]
    suffix, packed = format_of(key)
    if suffix == "parquet":
        return check_parquet(content.size, content.range, minimum_rows)
    return text_problems(content.open(), _CHECKS[suffix], packed, minimum_rows)


def text_problems(stream: Readable, check: Check, packed: bool, minimum_rows: int) -> list[str]:
    """Return everything that is wrong with a stream of CSV or JSON lines."""
    lines = Utf8Lines(chunks(stream, packed), _SAMPLE_BYTES)
    tally, each = Tally(), iter(lines)
    problems: list[str] = []
    try:
        first = next((line for line in each if line.strip()), None)
        if first is None:
            return [*lines.problems(), "The file is empty."]
        problems = check(chain((first,), each), tally)
        for _ in each:
            pass  # the bytes after the last row that could be read are checked too
    except SampleEnded:
        pass  # what was found until then stands
    except NotText as error:
        return [str(error)]
    except BadArchive as error:
        return [*lines.problems(), str(error)]
    rows = [] if problems else tally.problems(minimum_rows if lines.complete else None)
    return [*lines.problems(), *problems, *rows]
