"""Objects in S3: streamed, never loaded whole unless they are small reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from marquee import clients
from marquee.services.errors import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_s3 import S3Client


class ObjectReplaced(Exception):
    """Under this key lies another content than the one that was asked for."""


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, amount: int = ..., /) -> bytes:
        """Return up to `amount` bytes, none at the end."""
        ...


@dataclass(frozen=True)
class Listed:
    """An object as a listing tells of it; `size` in bytes."""

    key: str
    etag: str
    size: int
    modified: datetime


class Objects:
    """Reads and writes objects by bucket and key."""

    def __init__(self, client: S3Client | None = None) -> None:
        self._client = client or clients.s3()

    def open(self, bucket: str, key: str) -> Readable:
        """Return the object as a stream of bytes."""
        return self._client.get_object(Bucket=bucket, Key=key)["Body"]

    def expect(self, bucket: str, key: str, etag: str) -> None:
        """Do nothing if the object is still the one of that ETag; ObjectReplaced otherwise."""
        try:
            self._client.get_object(Bucket=bucket, Key=key, IfMatch=f'"{etag}"')["Body"].close()
        except ClientError as error:
            if code_of(error) == "PreconditionFailed":
                raise ObjectReplaced(key) from error
            raise

    def listed(self, bucket: str, prefix: str, behind: str, most: int) -> Iterator[Listed]:
        """Yield the objects below a prefix, in the order of their keys, those up to `behind` left out."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=prefix, StartAfter=behind, PaginationConfig={"MaxItems": most}
        )
        for page in pages:
            for item in page.get("Contents", []):
                yield Listed(item["Key"], item["ETag"].strip('"'), item["Size"], item["LastModified"])

    def range(self, bucket: str, key: str, start: int, end: int) -> bytes:
        """Return the bytes from `start` to `end`, both counted from 0, `end` excluded."""
        answer = self._client.get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{end - 1}")
        return answer["Body"].read()

    def json(self, bucket: str, key: str) -> dict[str, Any]:
        """Return a small JSON object."""
        content: dict[str, Any] = json.loads(self.open(bucket, key).read())
        return content

    def write_json(self, bucket: str, key: str, content: dict[str, Any]) -> None:
        """Write a small JSON object."""
        body = json.dumps(content, ensure_ascii=False).encode()
        self._client.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
