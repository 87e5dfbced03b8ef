"""An S3 object as a file."""

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class RangedObject(io.RawIOBase):
    """Fetches no more than what is read: the schema of a Parquet file lies at its end."""

    def __init__(self, s3: "S3Client", bucket: str, key: str, size: int) -> None:
        self._s3, self._bucket, self._key, self._size, self._at = s3, bucket, key, size, 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte; gives its place."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fetch what the buffer takes; gives the number of bytes."""
        until = min(self._at + len(buffer), self._size)
        if until <= self._at:
            return 0
        asked = f"bytes={self._at}-{until - 1}"
        data = self._s3.get_object(Bucket=self._bucket, Key=self._key, Range=asked)["Body"].read()
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
