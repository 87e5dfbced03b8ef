"""Reads a range of an S3 object without the rest of it.

MiniStack reads the whole file for every range: a Spark job that reads 200 MB in blocks of 8 MB would make it
read 5 GB, and every other request would wait meanwhile.
"""

import contextvars
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ministack.services import s3

_ranged: contextvars.ContextVar[bool] = contextvars.ContextVar("ranged", default=False)


def plug_in() -> None:
    """Map the file of an object that a range is asked of; a slice of it is all that is read."""
    get_object, read_body = s3._get_object, s3._read_body

    def get_range(bucket: str, key: str, headers: Mapping[str, str], *more: Any) -> Any:
        token = _ranged.set("range" in headers)
        try:
            return get_object(bucket, key, headers, *more)
        finally:
            _ranged.reset(token)

    def read_mapped(bucket: str, key: str, record: Mapping[str, Any]) -> Any:
        path = s3._object_disk_path(bucket, key)
        if not (_ranged.get() and record.get("body") is None and path and record["size"]):
            return read_body(bucket, key, record)
        with Path(path).open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    s3._get_object, s3._read_body = get_range, read_mapped
