"""One crawl: look at the objects of each target, and tell the catalogue what they are.

As Glue does with CombineCompatibleSchemas, a target is one table, named after its last folder; folders
`key=value` below it are partitions. A target without such folders may hold objects of several formats: the
table takes the one that most bytes are of, and the log names the objects it cannot hold.
"""

import io
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from localcloud import logs
from localcloud.cloud import Cloud
from localcloud.glue.classifiers import Classifiers
from localcloud.glue.formats import Format, parquet_format, text_format
from localcloud.glue.principal import PRINCIPAL, role_arn
from localcloud.glue.ranged_object import RangedObject
from localcloud.glue.tables import Catalogue, Table
from localcloud.objects import split_uri
from localcloud.store import Document

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_HEAD = 1 << 20
"""Bytes of a text object that are looked at, as Glue's classifiers do."""
_MAGIC = b"PAR1"


@dataclass(frozen=True)
class Found:
    """An object that was looked at: key, size in bytes, and what it holds."""

    key: str
    size: int
    format: Format | None


class Crawl:
    """The work of one crawl, not begun yet. `stop` may be called from another thread."""

    def __init__(self, cloud: Cloud, classifiers: Classifiers, crawler: Document) -> None:
        self._cloud, self._crawler = cloud, crawler
        self._classifiers = [classifiers.find(name) for name in crawler.get("Classifiers", [])]
        self._stopping = threading.Event()
        self._lines: list[str] = []

    @property
    def stopped(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """End after the object that is being looked at."""
        self._stopping.set()

    def run(self, log_group: str, stream: str) -> Mapping[str, int]:
        """Crawl every target under the crawler's role; gives what changed in the catalogue."""
        role = role_arn(self._crawler["Role"], self._cloud.config.account)
        session = self._cloud.roles.session(role, PRINCIPAL)
        catalogue = Catalogue(session.client("glue"), self._crawler["DatabaseName"], self._crawler["Name"])
        try:
            for target in self._crawler["Targets"].get("S3Targets", []):
                for table in self._tables(session.client("s3"), target["Path"]):
                    catalogue.put(table)
                    self._say(
                        f"Table {table.name}: {table.objects} objects, {len(table.partitions)} partitions"
                    )
        finally:
            logs.send(session, log_group, stream, self._lines or ["No objects were found"])
        return catalogue.changes

    def _tables(self, s3: "S3Client", path: str) -> Iterator[Table]:
        bucket, prefix = split_uri(path)
        prefix = f"{prefix.rstrip('/')}/" if prefix else ""
        found = list(self._look(s3, bucket, prefix))
        held = _most_bytes([item for item in found if item.format])
        if held is None or self.stopped:
            return
        name = self._crawler.get("TablePrefix", "") + _table_name(prefix or bucket)
        fitting = [item for item in found if item.format and item.format.fits(held)]
        for item in sorted(set(found) - set(fitting), key=lambda item: item.key):
            self._say(f"s3://{bucket}/{item.key} does not fit table {name} ({held.classification})")
        keys, partitions = _partitions(bucket, prefix, (item.key for item in fitting))
        yield Table(
            name,
            f"s3://{bucket}/{prefix}",
            held,
            keys,
            partitions,
            len(fitting),
            sum(item.size for item in fitting),
        )

    def _look(self, s3: "S3Client", bucket: str, prefix: str) -> Iterator[Found]:
        looked_at: dict[str, Format | None] = {}
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                key, size = item["Key"], item["Size"]
                if self.stopped or not size or _hidden(key.removeprefix(prefix)):
                    continue
                # Files of one partition are alike: one of them tells what they are, as Glue samples.
                folder = key.rpartition("/")[0] if "=" in key else key
                if folder not in looked_at:
                    looked_at[folder] = self._format(s3, bucket, key, size)
                yield Found(key, size, looked_at[folder])

    def _format(self, s3: "S3Client", bucket: str, key: str, size: int) -> Format | None:
        head = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{_HEAD - 1}")["Body"].read()
        if head.startswith(_MAGIC):
            return parquet_format(cast(IO[bytes], io.BufferedReader(RangedObject(s3, bucket, key, size))))
        return text_format(head, self._classifiers)

    def _say(self, line: str) -> None:
        self._lines.append(line)


StartCrawl = Callable[[Document], Crawl]


def _most_bytes(found: list[Found]) -> Format | None:
    sizes: dict[Format, int] = defaultdict(int)
    for candidate in {item.format for item in found if item.format}:
        sizes[candidate] = sum(item.size for item in found if item.format and candidate.fits(item.format))
    return max(sizes, key=lambda held: (sizes[held], str(held)), default=None)


def _partitions(
    bucket: str, prefix: str, keys: Iterable[str]
) -> tuple[tuple[str, ...], dict[tuple[str, ...], str]]:
    """Partition keys, and the location of each partition by its values."""
    names: tuple[str, ...] = ()
    partitions: dict[tuple[str, ...], str] = {}
    for key in keys:
        folders = key.removeprefix(prefix).split("/")[:-1]
        pairs = [folder.split("=", 1) for folder in folders if "=" in folder]
        if pairs and len(pairs) == len(folders):
            names = tuple(name for name, _ in pairs)
            partitions[tuple(value for _, value in pairs)] = f"s3://{bucket}/{prefix}{'/'.join(folders)}/"
    return names, partitions


def _table_name(prefix: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", prefix.rstrip("/").rpartition("/")[2].lower())


def _hidden(relative: str) -> bool:
    return any(part.startswith(("_", ".")) for part in relative.split("/"))
