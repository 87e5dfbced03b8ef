"""CSV as rows of text: commas, doubled quotes, newlines inside quotes (RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from marquee.batches.problems import Problems, RefusedBatch

# The csv module refuses a field above 128 KiB unless told; a review may be a book.
_MAX_FIELD_CHARACTERS = 64 * 1024 * 1024


def read_csv_rows(lines: Iterable[str], problems: Problems) -> tuple[list[str], Iterator[list[str]]]:
    """Return the columns and the rows; a row of another width goes to `problems`."""
    csv.field_size_limit(_MAX_FIELD_CHARACTERS)
    reader = csv.reader(lines, strict=True)
    rows = ((reader.line_num, row) for row in reader if row)
    _, columns = next(rows, (0, []))
    if not columns:
        raise RefusedBatch(["the file is empty"])
    return columns, _even(rows, len(columns), problems)


def _even(rows: Iterator[tuple[int, list[str]]], width: int, problems: Problems) -> Iterator[list[str]]:
    for line, row in rows:
        if len(row) != width:
            problems.add(f"the row that ends in line {line} has {len(row)} fields and the header {width}")
        yield row
