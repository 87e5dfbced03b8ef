"""BucketFiles on moto's S3: what Spark's committer does to files must come out as objects."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from localcloud.glue.bucket_files import BucketFiles, Status


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="box")
        yield client


@pytest.fixture
def files(s3: Any, tmp_path: Path) -> BucketFiles:
    return BucketFiles(s3, tmp_path / "spool")


def _keys(s3: Any) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket="box").get("Contents", [])]


def _write(files: BucketFiles, path: str, data: bytes = b"data") -> None:
    with files.create(path) as stream:
        stream.write(data)


def test_a_file_and_its_folders_are_there(files: BucketFiles) -> None:
    _write(files, "/box/in/a=1/x.csv", b"12345")
    assert files.status("/box/in") == Status("in", True)
    held = files.status("/box/in/a=1/x.csv")
    assert held is not None
    assert (held.folder, held.size) == (False, 5)
    assert [child.name for child in files.children("/box/in")] == ["a=1"]
    assert b"".join(files.read("/box/in/a=1/x.csv", 1, 3)) == b"234"
    assert files.status("/box/in/a") is None


def test_uncommitted_files_are_no_objects_until_they_are_renamed(files: BucketFiles, s3: Any) -> None:
    # given a task that wrote its file as Hadoop's committer has it write
    attempt = "/box/out/_temporary/0/_temporary/attempt_1"
    files.make_folder("/box/out/_temporary/0")
    _write(files, f"{attempt}/split=train/part-0", b"rows")
    assert _keys(s3) == []
    # when task and job are committed
    assert files.rename(attempt, "/box/out/_temporary/0/task_1")
    assert [child.name for child in files.children("/box/out/_temporary/0/task_1")] == ["split=train"]
    assert files.rename("/box/out/_temporary/0/task_1/split=train", "/box/out/split=train")
    assert files.delete("/box/out/_temporary")
    # then the object is there, and nothing else
    assert _keys(s3) == ["out/split=train/part-0"]
    assert [child.name for child in files.children("/box/out")] == ["split=train"]


def test_renaming_into_a_folder_keeps_the_name(files: BucketFiles, s3: Any) -> None:
    _write(files, "/box/a/x")
    _write(files, "/box/c/y")
    assert files.rename("/box/a/x", "/box/c")
    assert _keys(s3) == ["c/x", "c/y"]


def test_deleting_a_folder_deletes_all_below_it_and_nothing_beside(files: BucketFiles, s3: Any) -> None:
    for path in ("/box/out/1", "/box/out/deep/2", "/box/outside"):
        _write(files, path)
    assert files.delete("/box/out")
    assert _keys(s3) == ["outside"]
    assert not files.delete("/box/out")
    assert not files.rename("/box/out", "/box/elsewhere")


def test_a_file_whose_writer_breaks_off_is_no_object(files: BucketFiles, s3: Any) -> None:
    with pytest.raises(OSError, match="broken"), files.create("/box/half") as stream:
        stream.write(b"ha")
        raise OSError("broken")
    assert _keys(s3) == []


def test_a_file_that_cannot_be_read_is_refused_before_its_first_byte(files: BucketFiles) -> None:
    with pytest.raises(ClientError, match="NoSuchKey"):
        files.read("/box/gone")
