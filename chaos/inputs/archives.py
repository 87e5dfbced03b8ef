"""What ends in .gz, or should, or should not."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from chaos.inputs.case import Case, Refused, Rows, kept, plain_csv

_GOOD = plain_csv().encode()
_PACKED = gzip.compress(_GOOD, mtime=0)


def archives() -> Iterator[Case]:
    """Archives whole, in pieces, one in the other, and by another name."""
    half = len(_GOOD) // 2
    flipped = bytearray(_PACKED)
    flipped[len(flipped) // 2] ^= 0xFF
    yield _case("packed", _PACKED, kept())
    yield _case(
        "packed twice over, one after the other",
        gzip.compress(_GOOD[:half]) + gzip.compress(_GOOD[half:]),
        kept(),
    )
    yield _case("an empty member in front", gzip.compress(b"") + _PACKED, kept())
    yield _case("a name and a comment in its header", _named(), kept())
    yield _case("cut off after a tenth", _PACKED[: len(_PACKED) // 10], Refused("cut off"))
    yield _case("cut off before its checksum", _PACKED[:-8], Refused("cut off"))
    yield _case("cut off in its checksum", _PACKED[:-3], Refused("cut off"))
    yield _case("ten bytes of header", _PACKED[:10], Refused("cut off"))
    yield _case("a bit flipped", bytes(flipped), Refused("damaged"))
    yield _case("another checksum", _PACKED[:-8] + b"1234" + _PACKED[-4:], Refused("damaged"))
    yield _case("garbage behind", _PACKED + b"garbage behind", Refused("damaged"))
    yield _case("zeros behind", _PACKED + bytes(512), Refused("damaged"))
    yield _case("packed twice", gzip.compress(_PACKED), Refused("gzip twice"))
    yield _case("nothing packed", gzip.compress(b""), Refused("is empty"))
    yield _case("a zip inside", gzip.compress(_zip()), Refused("zip archive"))
    yield _case("a tar inside", _tar(), Refused("is no text"))
    yield _case("a Parquet file inside", gzip.compress(b"PAR1" + bytes(99)), Refused("holds a Parquet file"))
    yield _case("UTF-16 inside", gzip.compress(_GOOD.decode().encode("utf-16")), Refused("UTF-16"))
    yield _case("zlib by its name", zlib.compress(_GOOD), Refused("no gzip file"))
    yield _case("plain by its name", _GOOD, Refused("no gzip file"))
    yield Case("gzip without the name", "plain.csv", _PACKED, Refused("name it .gz"))
    yield Case("a zip by the name of a CSV", "sheet.csv", _zip(), Refused("zip archive"))
    yield Case("bzip2 by the name of a CSV", "sheet.csv", bz2.compress(_GOOD), Refused("bzip2"))
    yield Case("xz by the name of a CSV", "sheet.csv", lzma.compress(_GOOD), Refused("xz"))
    yield Case("an old spreadsheet", "sheet.csv", b"\xd0\xcf\x11\xe0" + bytes(512), Refused("old Office"))
    yield Case("a PDF", "sheet.csv", b"%PDF-1.7\n" + _GOOD, Refused("PDF"))
    yield Case("a SQLite database", "sheet.csv", b"SQLite format 3\0" + bytes(84), Refused("SQLite"))


def _named() -> bytes:
    stream = io.BytesIO()
    with gzip.GzipFile("../../etc/passwd", "wb", fileobj=stream) as packed:
        packed.write(_GOOD)
    return stream.getvalue()


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("reviews.csv", _GOOD)
    return stream.getvalue()


def _tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        member = tarfile.TarInfo("reviews.csv")
        member.size = len(_GOOD)
        archive.addfile(member, io.BytesIO(_GOOD))
    return stream.getvalue()


def _case(title: str, content: bytes, expected: Refused | Rows) -> Case:
    return Case(title, "packed.csv.gz", content, expected)
