"""Objects of a batch: read as a stream, written in parts, so that memory stays bounded."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from marquee import clients
from marquee.batches.problems import RefusedBatch
from marquee.services.errors import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

    from marquee.ledger import Upload

# S3 takes parts of 5 MiB to 5 GiB, 10,000 of them at most ("Amazon S3 multipart upload limits").
_PART_BYTES = 8 * 1024 * 1024
_GONE = ("PreconditionFailed", "NoSuchKey", "NoSuchBucket", "412", "404")
# HeadObject of what is not there, for who may not list the bucket (S3 API reference).
_HIDDEN = "403"


class BatchFiles:
    """The batch bucket."""

    def __init__(self, client: S3Client | None = None) -> None:
        self._client = client or clients.s3()

    def open_upload(self, upload: Upload) -> io.RawIOBase:
        """Stream the dropped file; RefusedBatch if it is not the one that was dropped any more."""
        try:
            answer = self._client.get_object(Bucket=upload.bucket, Key=upload.key, IfMatch=f'"{upload.etag}"')
        except ClientError as error:
            if code_of(error) in _GONE:
                raise RefusedBatch(["the file was replaced or removed before it was read"]) from error
            raise
        return cast("io.RawIOBase", answer["Body"])

    def modified(self, upload: Upload) -> datetime | None:
        """Return when the file was dropped, None if it is not the one that was dropped any more."""
        try:
            answer = self._client.head_object(
                Bucket=upload.bucket, Key=upload.key, IfMatch=f'"{upload.etag}"'
            )
        except ClientError as error:
            if code_of(error) in (*_GONE, _HIDDEN):
                return None
            raise
        return answer["LastModified"]

    def open(self, bucket: str, key: str) -> io.BufferedReader:
        """Stream one object, to be read line by line."""
        return io.BufferedReader(
            cast("io.RawIOBase", self._client.get_object(Bucket=bucket, Key=key)["Body"])
        )

    @contextmanager
    def write(self, bucket: str, key: str) -> Iterator[ObjectWriter]:
        """Write one object in parts; nothing of it stays if the block is left by an exception."""
        writer = ObjectWriter(self._client, bucket, key)
        try:
            yield writer
            writer.finish()
        except BaseException:
            writer.abort()
            raise


class ObjectWriter:
    """Writes one object in parts; it exists once `finish` is called, and not before."""

    def __init__(self, client: S3Client, bucket: str, key: str) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        self._buffer = bytearray()
        self._upload_id = ""
        self._parts: list[CompletedPartTypeDef] = []

    def write(self, content: bytes) -> None:
        """Append bytes."""
        self._buffer += content
        if len(self._buffer) >= _PART_BYTES:
            self._send_part()

    def finish(self) -> None:
        """Make the object out of what was written."""
        if not self._upload_id:
            self._client.put_object(Bucket=self._bucket, Key=self._key, Body=bytes(self._buffer))
            return
        self._send_part()
        self._client.complete_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._upload_id,
            MultipartUpload={"Parts": self._parts},
        )

    def abort(self) -> None:
        """Remove the parts that were sent."""
        if self._upload_id:
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._upload_id)

    def _send_part(self) -> None:
        if not self._buffer:
            return
        if not self._upload_id:
            begun = self._client.create_multipart_upload(Bucket=self._bucket, Key=self._key)
            self._upload_id = begun["UploadId"]
        number = len(self._parts) + 1
        answer = self._client.upload_part(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._upload_id,
            PartNumber=number,
            Body=bytes(self._buffer),
        )
        self._parts.append({"ETag": answer["ETag"], "PartNumber": number})
        self._buffer.clear()


class Utf8Sink:
    """Lets text be written to a writer of bytes."""

    def __init__(self, writer: ObjectWriter) -> None:
        self._writer = writer

    def write(self, text: str) -> None:
        """Append text."""
        self._writer.write(text.encode())
