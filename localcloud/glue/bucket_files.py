"""Buckets as a file system, the way EMRFS shows them to Spark on AWS.

What a task writes stays on this machine until its commit renames it out of `_temporary`: only then does it
become an object, so a job that fails leaves no half-written files in the bucket. Folders are prefixes; an
empty one is remembered for as long as the run lasts.
"""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PIECE = 1 << 20
_TEMPORARY = "_temporary"


@dataclass(frozen=True)
class Status:
    """One file or folder: size in bytes, time in milliseconds since the epoch."""

    name: str
    folder: bool
    size: int = 0
    modified: int = 0


class BucketFiles:
    """The objects that a role may see; paths are `/bucket/key`, any call may raise ClientError."""

    def __init__(self, s3: "S3Client", spool: Path) -> None:
        self._s3, self._spool = s3, spool
        self._uncommitted: dict[str, Path] = {}
        self._folders: set[str] = set()
        self._lock = threading.Lock()
        spool.mkdir(parents=True, exist_ok=True)

    def status(self, path: str) -> Status | None:
        """What there is at `path`."""
        name = path.rpartition("/")[2]
        if spooled := self._uncommitted.get(path):
            return Status(name, False, spooled.stat().st_size)
        bucket, key = _split(path)
        if not key or self._below(path) or self._folders_at(path):
            return Status(name, True)
        try:
            head = self._s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            found = self._s3.list_objects_v2(Bucket=bucket, Prefix=f"{key}/", MaxKeys=1)
            return Status(name, True) if found.get("KeyCount") else None
        return Status(name, False, head["ContentLength"], _milliseconds(head["LastModified"].timestamp()))

    def children(self, path: str) -> list[Status]:
        """What lies directly in a folder, by name."""
        found = {status.name: status for status in (*self._listed(path), *self._spooled(path))}
        return [found[name] for name in sorted(found)]

    def read(self, path: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes of a file in pieces of a megabyte; what S3 refuses, it refuses before the first."""
        bucket, key = _split(path)
        if spooled := self._uncommitted.get(path):
            return iter([spooled.read_bytes()[offset : None if length is None else offset + length]])
        until = "" if length is None else str(offset + length - 1)
        body = self._s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={offset}-{until}")["Body"]
        return iter(body.iter_chunks(_PIECE))

    @contextmanager
    def create(self, path: str) -> Iterator[IO[bytes]]:
        """A file to write; it is there once the block has ended without an error."""
        with tempfile.NamedTemporaryFile(dir=self._spool, delete=False) as stream:
            yield stream
        self._place(Path(stream.name), path)

    def make_folder(self, path: str) -> None:
        """Remember an empty folder."""
        with self._lock:
            self._folders.add(path)

    def rename(self, source: str, target: str) -> bool:
        """Move a file or folder; False when there is nothing at `source`."""
        status = self.status(source)
        if status is None:
            return False
        if (there := self.status(target)) and there.folder:
            target = f"{target}/{status.name}"
        for path in [source] if not status.folder else self._files(source):
            self._move(path, target + path.removeprefix(source))
        self._forget_folders(source)
        return True

    def delete(self, path: str) -> bool:
        """Delete a file, or a folder with all it holds; False when there is nothing."""
        status = self.status(path)
        if status is None:
            return False
        for file in [path] if not status.folder else self._files(path):
            self._remove(file)
        self._forget_folders(path)
        return True

    def _place(self, spooled: Path, path: str) -> None:
        if _TEMPORARY in path.split("/"):
            with self._lock:
                self._uncommitted[path] = spooled
            return
        bucket, key = _split(path)
        with spooled.open("rb") as stream:
            self._s3.put_object(Bucket=bucket, Key=key, Body=stream)
        spooled.unlink()

    def _move(self, source: str, target: str) -> None:
        with self._lock:
            spooled = self._uncommitted.pop(source, None)
        if spooled:
            self._place(spooled, target)
            return
        (from_bucket, from_key), (bucket, key) = _split(source), _split(target)
        self._s3.copy({"Bucket": from_bucket, "Key": from_key}, bucket, key)
        self._s3.delete_object(Bucket=from_bucket, Key=from_key)

    def _remove(self, path: str) -> None:
        with self._lock:
            spooled = self._uncommitted.pop(path, None)
        if spooled:
            spooled.unlink()
            return
        bucket, key = _split(path)
        self._s3.delete_object(Bucket=bucket, Key=key)

    def _files(self, folder: str) -> list[str]:
        """Every file below a folder."""
        bucket, key = _split(folder)
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_prefix(key))
        objects = [f"/{bucket}/{item['Key']}" for page in pages for item in page.get("Contents", [])]
        return [*self._below(folder), *objects]

    def _listed(self, path: str) -> Iterator[Status]:
        bucket, key = _split(path)
        prefix = _prefix(key)
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=prefix, Delimiter="/"
        )
        for page in pages:
            for common in page.get("CommonPrefixes", []):
                yield Status(common["Prefix"].removeprefix(prefix).rstrip("/"), True)
            for item in page.get("Contents", []):
                if name := item["Key"].removeprefix(prefix):
                    yield Status(name, False, item["Size"], _milliseconds(item["LastModified"].timestamp()))

    def _spooled(self, path: str) -> Iterator[Status]:
        folders = [folder for folder in self._folders_at(path) if folder != path]
        for below in (*self._below(path), *folders):
            name, _, deeper = below.removeprefix(f"{path}/").partition("/")
            spooled = None if deeper else self._uncommitted.get(below)
            yield Status(name, spooled is None, spooled.stat().st_size if spooled else 0)

    def _below(self, path: str) -> list[str]:
        with self._lock:
            return [file for file in self._uncommitted if file.startswith(f"{path}/")]

    def _forget_folders(self, path: str) -> None:
        gone = self._folders_at(path)
        with self._lock:
            self._folders -= gone

    def _folders_at(self, path: str) -> set[str]:
        """The remembered folders at a path or below it."""
        with self._lock:
            return {folder for folder in self._folders if f"{folder}/".startswith(f"{path}/")}


def _split(path: str) -> tuple[str, str]:
    bucket, _, key = path.strip("/").partition("/")
    return bucket, key


def _prefix(key: str) -> str:
    return f"{key}/" if key else ""


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
