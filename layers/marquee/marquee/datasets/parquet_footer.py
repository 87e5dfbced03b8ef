"""The footer of a Parquet file: columns, types, rows, packing.

Apache Parquet, "File format": the file ends with the metadata (Thrift), its length in 4 bytes, `PAR1`.
The field numbers are those of parquet-format's parquet.thrift.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from marquee.datasets.signatures import PARQUET
from marquee.datasets.thrift import CompactReader, ThriftError

_TAIL = 8
# Some 20,000 columns, and seconds of this reader's time.
_LARGEST_FOOTER = 4 * 2**20
_REPEATED = 2
_MALFORMED = (KeyError, IndexError, TypeError, AttributeError, ValueError)

Range = Callable[[int, int], bytes]


@dataclass(frozen=True)
class Column:
    """A top-level column: its physical type (None: nested or repeated), ConvertedType and LogicalType."""

    name: str
    kind: int | None
    converted: int | None
    logical: int | None


@dataclass(frozen=True)
class Footer:
    """Top-level columns, rows, and by top-level name every codec and encoding of its chunks."""

    columns: tuple[Column, ...]
    rows: int
    codecs: frozenset[tuple[str, int]]
    encodings: frozenset[tuple[str, int]]
    encrypted: bool


def read_footer(size: int, read: Range) -> Footer:
    """Return the footer; ThriftError if there is none or it cannot be read."""
    tail = read(max(0, size - _TAIL), size)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != PARQUET or not 0 < length <= size - _TAIL:
        message = "it does not end with a footer"
        raise ThriftError(message)
    if length > _LARGEST_FOOTER:
        message = f"its footer has {length:,} bytes; at most {_LARGEST_FOOTER:,} are read"
        raise ThriftError(message)
    metadata = CompactReader(read(size - _TAIL - length, size - _TAIL)).struct()
    try:
        return _footer(metadata)
    except _MALFORMED as error:
        message = f"its footer lacks {error!r}"
        raise ThriftError(message) from error


def _footer(metadata: dict[int, Any]) -> Footer:
    chunks = [chunk[3] for group in metadata[4] for chunk in group[1] if 3 in chunk]
    return Footer(
        tuple(_columns(metadata[2])),
        int(metadata[3]),
        frozenset((chunk[3][0].decode(), chunk[4]) for chunk in chunks),
        frozenset((chunk[3][0].decode(), encoding) for chunk in chunks for encoding in chunk[2]),
        encrypted=8 in metadata,
    )


def _columns(schema: list[dict[int, Any]]) -> Iterator[Column]:
    at = 1
    for _ in range(schema[0][5]):
        element = schema[at]
        kind = None if element.get(3) == _REPEATED else element.get(1)
        logical = next(iter(element.get(10, {})), None)
        yield Column(element[4].decode(), kind, element.get(6), logical)
        at = _after(schema, at)


def _after(schema: list[dict[int, Any]], at: int) -> int:
    # The schema is a tree written depth first; an element tells how many children follow it.
    waiting = 1
    while waiting:
        waiting += schema[at].get(5, 0) - 1
        at += 1
    return at
