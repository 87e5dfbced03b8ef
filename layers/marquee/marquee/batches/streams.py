"""Bytes of an object: unpacked if they are gzip, never more than a limit."""

from __future__ import annotations

import gzip
import io
from typing import IO, TYPE_CHECKING, cast

from marquee.batches.problems import RefusedBatch

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Unpacked. finish_transform, the slower function, wrote 4.5 MB/s on two busy cores: 220 s of its 900.
MAX_BYTES = 1_000_000_000
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"


def unpacked(source: io.RawIOBase, limit: int = MAX_BYTES) -> io.BufferedReader:
    """Return the content of a file; RefusedBatch if it is Parquet or, while reading, too long."""
    packed = io.BufferedReader(source)
    if packed.peek(4)[:4] == _PARQUET:
        raise RefusedBatch(["the file is Parquet; a batch takes CSV or JSON lines, gzip or not"])
    if packed.peek(2)[:2] == _GZIP:
        return io.BufferedReader(_Limited(gzip.GzipFile(fileobj=packed), limit))
    return io.BufferedReader(_Limited(packed, limit))


class _Limited(io.RawIOBase):
    """A stream that refuses to go past its limit, so that a small .gz cannot unpack for ever."""

    def __init__(self, source: IO[bytes] | gzip.GzipFile | io.BufferedReader, limit: int) -> None:
        self._source = source
        self._left = limit
        self._limit = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        content = self._source.read(len(memoryview(buffer)))
        self._left -= len(content)
        if self._left < 0:
            raise RefusedBatch([f"the file has more than {self._limit:,} bytes unpacked; split it"])
        cast("memoryview", memoryview(buffer))[: len(content)] = content
        return len(content)
