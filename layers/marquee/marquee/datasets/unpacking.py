"""The bytes of an upload, unpacked as they stream by."""

import zlib
from collections.abc import Iterator

from marquee.services.objects import Readable

_CHUNK = 2**20
# zlib: 16 + 15 is a gzip header with the largest window.
_GZIP_WINDOW = 31
# Reviews pack 3 to 10 to one, one sentence over and over some 300, and no DEFLATE stream beyond 1,032 to
# one (zlib, "technical details").
_MOST_EXPANSION = 100
# Below this a small file of few words may repeat itself as it likes.
_FREE_BYTES = 4 * 2**20


class BadArchive(Exception):
    """A .gz that cannot be unpacked, or should not be; says why to the owner of the file."""


def chunks(stream: Readable, packed: bool) -> Iterator[bytes]:
    """Yield the content in pieces of a megabyte; BadArchive if a .gz is cut off, damaged or a bomb."""
    return _unpacked(_pieces(stream)) if packed else _pieces(stream)


def _pieces(stream: Readable) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK):
        yield piece


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpacker, read, written = zlib.decompressobj(_GZIP_WINDOW), 0, 0
    try:
        for piece in pieces:
            data, read = piece, read + len(piece)
            while data:
                content = unpacker.decompress(data, _CHUNK)
                data, written = unpacker.unconsumed_tail, written + len(content)
                _refuse_bomb(read - len(data) - len(unpacker.unused_data), written)
                yield content
                if unpacker.eof:
                    # A .gz may be several one after the other (RFC 1952, section 2.2).
                    data = unpacker.unused_data
                    unpacker = zlib.decompressobj(_GZIP_WINDOW) if data else unpacker
        yield unpacker.flush()
        if not unpacker.eof:
            message = "The .gz file is cut off before its end; upload it again."
            raise BadArchive(message)
    except zlib.error as error:
        message = f"The .gz file is damaged ({error}); upload it again."
        raise BadArchive(message) from error


def _refuse_bomb(read: int, written: int) -> None:
    if written > _FREE_BYTES and written > _MOST_EXPANSION * read:
        message = (
            f"The .gz file unpacks to more than {_MOST_EXPANSION} times its size, which reviews never do; "
            "upload it unpacked if it is one."
        )
        raise BadArchive(message)
