"""The .tar.gz files that SageMaker makes of a folder and opens again."""

import tarfile
from pathlib import Path

_MOST_BYTES = 30 << 30
"""All members unpacked: the volume of the smallest endpoint; a crafted archive of megabytes claims more."""
_LEVEL = 6  # gzip's own default; Python's 9 takes twice as long for a per cent


def pack(folder: Path, archive: Path) -> Path:
    """Write everything in `folder`, named from its root, to `archive`."""
    with tarfile.open(archive, "w:gz", compresslevel=_LEVEL) as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, path.name)
    return archive


def unpack(archive: Path, folder: Path) -> Path:
    """Extract into `folder`; a member that would leave it, or is a device or a link out of it, is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "r:*") as tar:
        tar.extractall(folder, filter=_Bounded())  # noqa: S202 - the filter below is stricter than "data"
    return folder


class _Bounded:
    """The filter "data" (PEP 706), and an end to what may be unpacked."""

    def __init__(self) -> None:
        self._left = _MOST_BYTES

    def __call__(self, member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
        self._left -= member.size
        if self._left < 0:
            raise tarfile.FilterError(f"the archive unpacks to more than {_MOST_BYTES:,} bytes")
        return tarfile.data_filter(member, folder)
