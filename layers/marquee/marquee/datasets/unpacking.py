"""The bytes of an upload, unpacked as they stream by."""

import zlib
from collections.abc import Iterator

from marquee.services.objects import Readable

GZIP = b"\x1f\x8b"
_CHUNK = 2**20
# zlib: 16 + 15 is a gzip header with the largest window.
_GZIP_WINDOW = 31


class TruncatedArchive(Exception):
    """A .gz ends before its end; says so to the owner of the file."""


def chunks(stream: Readable, packed: bool) -> Iterator[bytes]:
    """Yield the content in pieces of a megabyte; TruncatedArchive if a .gz is cut off or damaged."""
    return _unpacked(_pieces(stream)) if packed else _pieces(stream)


def _pieces(stream: Readable) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK):
        yield piece


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        for piece in pieces:
            data = piece
            while data:
                yield unpacker.decompress(data, _CHUNK)
                data = unpacker.unconsumed_tail
                if unpacker.eof:
                    # A .gz may be several one after the other (RFC 1952, section 2.2).
                    data = unpacker.unused_data
                    unpacker = zlib.decompressobj(_GZIP_WINDOW) if data else unpacker
        yield unpacker.flush()
        if not unpacker.eof:
            message = "The .gz file is cut off before its end; upload it again."
            raise TruncatedArchive(message)
    except zlib.error as error:
        message = f"The .gz file is damaged ({error}); upload it again."
        raise TruncatedArchive(message) from error
