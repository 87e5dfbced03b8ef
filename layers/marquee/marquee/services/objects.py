"""Objects in S3: streamed, never loaded whole unless they are small reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from marquee import clients

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, amount: int = ..., /) -> bytes:
        """Return up to `amount` bytes, none at the end."""
        ...


class Objects:
    """Reads and writes objects by bucket and key."""

    def __init__(self, client: S3Client | None = None) -> None:
        self._client = client or clients.s3()

    def open(self, bucket: str, key: str) -> Readable:
        """Return the object as a stream of bytes."""
        return self._client.get_object(Bucket=bucket, Key=key)["Body"]

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
