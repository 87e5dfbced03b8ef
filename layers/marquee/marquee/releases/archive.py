"""Reading single members of a model archive as it streams by; nothing is unpacked to disk."""

import json
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

from marquee.services.objects import Readable

# An evaluation is a few hundred kB; what is larger than this is not one.
_REPORT_BYTES = 32 * 2**20
# All members together, unpacked: far above any model here, far below what a crafted archive can claim.
_ARCHIVE_BYTES = 20 * 2**30
_DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError)


class ArchiveError(Exception):
    """An archive is damaged, or lacks what it must hold."""


def read_json(stream: Readable, name: str) -> dict[str, Any]:
    """Return a JSON member of a .tar.gz; ArchiveError if it is damaged, absent or no JSON object."""
    try:
        content = json.loads(b"".join(_blocks(stream, name, _REPORT_BYTES)))
    except ValueError as error:
        message = f"{name} in the archive is not JSON: {error}"
        raise ArchiveError(message) from error
    if not isinstance(content, dict):
        message = f"{name} in the archive is not a JSON object"
        raise ArchiveError(message)
    return content


def read_lines(stream: Readable, name: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a member with one a line, without holding the member."""
    rest = b""
    for block in _blocks(stream, name, _ARCHIVE_BYTES):
        *lines, rest = (rest + block).split(b"\n")
        yield from (_line(line, name) for line in lines if line.strip())
    if rest.strip():
        yield _line(rest, name)


def _line(line: bytes, name: str) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", json.loads(line))
    except ValueError as error:
        message = f"a line of {name} in the archive is not JSON: {error}"
        raise ArchiveError(message) from error


def _blocks(stream: Readable, name: str, most: int) -> Iterator[bytes]:
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|gz") as archive:
            member = _find(archive, name)
            if member.size > most:
                message = f"{name} in the archive claims {member.size:,} bytes, more than {most:,}"
                raise ArchiveError(message)
            content = archive.extractfile(member)
            while content and (block := content.read(2**20)):
                yield block
    except _DAMAGED as error:
        message = f"the archive is damaged, {name} could not be read: {error}"
        raise ArchiveError(message) from error


def _find(archive: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    total = 0
    for member in archive:
        if member.isfile() and member.name.removeprefix("./") == name:
            return member
        total += member.size
        if total > _ARCHIVE_BYTES:
            break
    message = f"the archive holds no {name}"
    raise ArchiveError(message)
