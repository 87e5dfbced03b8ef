"""Reading single members of a model archive as it streams by; nothing is unpacked to disk."""

import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, NamedTuple, cast

from marquee.services.objects import Readable

# An evaluation is a few hundred kB; what is larger than this is not one.
_REPORT_BYTES = 32 * 2**20
# All members together, unpacked: far above any model here, far below what a crafted archive can claim.
_ARCHIVE_BYTES = 20 * 2**30
_DAMAGED = (tarfile.TarError, zlib.error, EOFError, OSError)


class ArchiveError(Exception):
    """An archive is damaged, or lacks what it must hold."""


class _Member(NamedTuple):
    name: str
    info: tarfile.TarInfo


@dataclass(frozen=True)
class Reports:
    """What a model archive says of itself; `digest` ("sha256:" and 64 hex) is that of its model.json."""

    evaluation: dict[str, Any]
    digest: str


def read_reports(stream: Readable) -> Reports:
    """Read a model.tar.gz once, so that both are of one archive; ArchiveError if they cannot be had."""
    held = dict.fromkeys(("evaluation.json", "model.json"), b"")
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|gz") as archive:
            for member in _members(archive):
                if member.name in held:
                    held[member.name] = _content(archive, member.info)
    except _DAMAGED as error:
        message = f"the archive is damaged: {error}"
        raise ArchiveError(message) from error
    if missing := [name for name, content in held.items() if not content]:
        message = f"the archive holds no {missing[0]}"
        raise ArchiveError(message)
    digest = f"sha256:{hashlib.sha256(held['model.json']).hexdigest()}"
    return Reports(_json_object(held["evaluation.json"], "evaluation.json"), digest)


def read_lines(stream: Readable, name: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a member with one a line, without holding the member."""
    rest = b""
    for block in _blocks(stream, name):
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


def _blocks(stream: Readable, name: str) -> Iterator[bytes]:
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|gz") as archive:
            for member in _members(archive):
                if member.name == name:
                    content = archive.extractfile(member.info)
                    while content and (block := content.read(2**20)):
                        yield block
                    return
    except _DAMAGED as error:
        message = f"the archive is damaged, {name} could not be read: {error}"
        raise ArchiveError(message) from error
    message = f"the archive holds no {name}"
    raise ArchiveError(message)


def _members(archive: tarfile.TarFile) -> Iterator[_Member]:
    total = 0
    for info in archive:
        total += info.size
        if total > _ARCHIVE_BYTES:
            message = f"the archive claims more than {_ARCHIVE_BYTES:,} bytes"
            raise ArchiveError(message)
        if info.isfile():
            yield _Member(info.name.removeprefix("./"), info)


def _content(archive: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    if info.size > _REPORT_BYTES:
        message = f"{info.name} in the archive claims {info.size:,} bytes, more than {_REPORT_BYTES:,}"
        raise ArchiveError(message)
    content = archive.extractfile(info)
    return content.read() if content else b""


def _json_object(data: bytes, name: str) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except ValueError as error:
        message = f"{name} in the archive is not JSON: {error}"
        raise ArchiveError(message) from error
    if not isinstance(content, dict):
        message = f"{name} in the archive is not a JSON object"
        raise ArchiveError(message)
    return content
