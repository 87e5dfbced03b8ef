"""Checking a Parquet file by its footer alone: columns, types, rows.

Apache Parquet, "File format": the file ends with the metadata (Thrift), its length in 4 bytes, `PAR1`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from marquee.datasets.columns import column_problems, find_columns, plain
from marquee.datasets.thrift import CompactReader, ThriftError

MAGIC = b"PAR1"
_TAIL = 8
_LARGEST_FOOTER = 16 * 2**20
_BYTE_ARRAY = 6

Range = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Footer:
    """Top-level columns with their physical type (None: nested), and the rows of the file."""

    columns: dict[str, int | None]
    rows: int


def check_parquet(size: int, read: Range, minimum_rows: int) -> list[str]:
    """Return what is wrong with a file of `size` bytes; `read` gives the bytes from start to end."""
    try:
        footer = read_footer(size, read)
    except ThriftError as error:
        return [f"The Parquet file is damaged or cut off ({error}); upload it again."]
    problems = column_problems(list(footer.columns))
    text = find_columns(footer.columns).text
    problems += [
        f"The text column {name!r} holds no strings."
        for name, kind in footer.columns.items()
        if plain(name) == text and kind != _BYTE_ARRAY
    ]
    if footer.rows < minimum_rows:
        problems.append(f"Rows: {footer.rows:,}; at least {minimum_rows:,} are needed.")
    return problems


def read_footer(size: int, read: Range) -> Footer:
    """Return the footer; ThriftError if there is none or it cannot be read."""
    tail = read(max(0, size - _TAIL), size)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != MAGIC or not 0 < length <= min(size - _TAIL, _LARGEST_FOOTER):
        message = "it does not end with a footer"
        raise ThriftError(message)
    metadata = CompactReader(read(size - _TAIL - length, size - _TAIL)).struct()
    try:
        return Footer(_columns(metadata[2]), int(metadata[3]))
    except (KeyError, IndexError, TypeError, AttributeError, UnicodeDecodeError) as error:
        message = f"its footer lacks {error!r}"
        raise ThriftError(message) from error


def _columns(schema: list[dict[int, Any]]) -> dict[str, int | None]:
    columns: dict[str, int | None] = {}
    at = 1
    for _ in range(schema[0][5]):
        columns[schema[at][4].decode()] = schema[at].get(1)
        at = _after(schema, at)
    return columns


def _after(schema: list[dict[int, Any]], at: int) -> int:
    # The schema is a tree written depth first; an element tells how many children follow it.
    waiting = 1
    while waiting:
        waiting += schema[at].get(5, 0) - 1
        at += 1
    return at
