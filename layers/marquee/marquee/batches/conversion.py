"""Rows to the JSON lines that the endpoint's server reads in a transform job."""

from __future__ import annotations

import json
from collections.abc import Iterator

from marquee.batches.problems import RefusedBatch
from marquee.batches.sheets import Sheet

# MaxPayloadInMB is 6 and a line is never split (CreateTransformJob), so a line must fit with room to spare.
MAX_LINE_BYTES = 5_000_000


def json_lines(sheet: Sheet) -> Iterator[bytes]:
    """Yield one `{"id", "text"}` line per row, ids from "1"; RefusedBatch at the end lists all problems."""
    text_at = sheet.text_at
    number = 0
    for number, row in enumerate(sheet.rows, start=1):
        line = _line(number, row[text_at]) if len(row) > text_at else b""
        if len(line) > MAX_LINE_BYTES:
            sheet.problems.add(
                f"the text of row {number} has {len(line):,} bytes; {MAX_LINE_BYTES:,} are allowed"
            )
        if not _encodable(row):
            sheet.problems.add(f"row {number} holds half a character (a lone surrogate)")
        if not sheet.problems:
            yield line
    sheet.problems.check()
    if not number:
        raise RefusedBatch(["the file has a header and no rows"])


def _line(number: int, text: str) -> bytes:
    # ASCII: a lone surrogate can be written down here and is told of as a problem.
    return json.dumps({"id": str(number), "text": text}).encode() + b"\n"


def _encodable(row: list[str]) -> bool:
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        return False
    return True
