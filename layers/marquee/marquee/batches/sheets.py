"""The rows of a batch file, streamed: CSV or JSON lines, gzip or not, never whole in memory."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from marquee.batches.csv_rows import read_csv_rows
from marquee.batches.json_rows import read_json_rows
from marquee.batches.problems import Problems, RefusedBatch
from marquee.batches.streams import unpacked

# The upload contract, in the order in which they are looked for.
TEXT_COLUMNS = ("review", "text", "content", "comment", "body")
_BOM = b"\xef\xbb\xbf"
_JSON_NAME = re.compile(r"\.(jsonl|ndjson|json)(\.gz)?$", re.IGNORECASE)


@dataclass
class Sheet:
    """A file's columns and rows; `problems` fills while the rows are read."""

    columns: list[str]
    rows: Iterator[list[str]]
    has_bom: bool
    problems: Problems
    is_table: bool = True
    """Whether it was CSV already: then its own cells are left as they are."""

    @property
    def text_at(self) -> int:
        """Return the position of the text column; RefusedBatch if there is none."""
        names = [column.strip().lower() for column in self.columns]
        found = next((names.index(name) for name in TEXT_COLUMNS if name in names), None)
        if found is None:
            shown = ", ".join(column[:40] for column in self.columns[:20])
            raise RefusedBatch([f"no column is called {' or '.join(TEXT_COLUMNS)}; the file has {shown}"])
        return found


def open_sheet(source: io.RawIOBase, name: str) -> Sheet:
    """Open a file for reading once from start to end; RefusedBatch, now or later, if it cannot be read."""
    try:
        content = unpacked(source)
        start = content.peek(64)
        problems = Problems()
        lines = io.TextIOWrapper(content, encoding="utf-8-sig", newline="")
        is_json = _JSON_NAME.search(name) or start.removeprefix(_BOM).lstrip()[:1] == b"{"
        columns, rows = (read_json_rows if is_json else read_csv_rows)(lines, problems)
    except _UNREADABLE as error:
        raise RefusedBatch([_explained(error, 0)]) from error
    return Sheet(columns, _readable(rows), start.startswith(_BOM), problems, is_table=not is_json)


_UNREADABLE = (UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile, csv.Error)


def _readable(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    number = 0
    try:
        for row in rows:
            yield row
            number += 1
    except _UNREADABLE as error:
        raise RefusedBatch([_explained(error, number)]) from error


def _explained(error: Exception, rows_read: int) -> str:
    after = f"after {rows_read:,} rows " if rows_read else ""
    if isinstance(error, UnicodeDecodeError):
        return f"{after}the file is not UTF-8 any more; save it as UTF-8"
    if isinstance(error, csv.Error):
        return f"{after}the CSV cannot be read ({error}); look for a quote that is not closed or doubled"
    return f"{after}the .gz file breaks off or is damaged ({error}); upload it again"
