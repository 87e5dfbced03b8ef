from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from localcloud import objects


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    with mock_aws():
        made = boto3.Session("key", "secret", region_name="us-east-1")
        made.client("s3").create_bucket(Bucket="bucket")
        yield made


def put(session: boto3.Session, *keys: str) -> None:
    for key in keys:
        session.client("s3").put_object(Bucket="bucket", Key=key, Body=key.encode())


def test_a_prefix_is_staged_as_a_tree(session: boto3.Session, tmp_path: Path) -> None:
    put(session, "data/a.csv", "data/sub/b.csv", "data/", "other/c.csv")

    number = objects.download_prefix(session, "s3://bucket/data/", tmp_path)

    found = {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*.csv")}
    assert (number, found) == (2, {"a.csv": "data/a.csv", "sub/b.csv": "data/sub/b.csv"})


def test_a_prefix_that_is_a_key_is_staged_under_its_name(session: boto3.Session, tmp_path: Path) -> None:
    put(session, "code/sourcedir.tar.gz")

    objects.download_prefix(session, "s3://bucket/code/sourcedir.tar.gz", tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["sourcedir.tar.gz"]


def test_a_key_cannot_leave_the_folder(session: boto3.Session, tmp_path: Path) -> None:
    put(session, "data/../../evil")

    with pytest.raises(ValueError, match="would be written outside"):
        objects.download_prefix(session, "s3://bucket/data/", tmp_path / "in")


def test_a_folder_is_written_with_its_tree(session: boto3.Session, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a").write_text("1")
    (tmp_path / "sub" / "b").write_text("22")

    number = objects.upload_folder(session, tmp_path, "s3://bucket/out/")

    assert number == 2
    assert list(objects.list_keys(session, "s3://bucket/out/")) == [("out/a", 1), ("out/sub/b", 2)]


@pytest.mark.parametrize("uri", ["bucket/key", "s3:///key", "https://bucket/key"])
def test_what_is_no_s3_uri_is_said_to_be_none(uri: str) -> None:
    with pytest.raises(ValueError, match=r"expected s3://bucket/key"):
        objects.split_uri(uri)


def test_a_refused_upload_says_what_s3_said(session: boto3.Session, tmp_path: Path) -> None:
    (tmp_path / "model").write_text("weights")

    with pytest.raises(ClientError, match="NoSuchBucket"):
        objects.upload_file(session, tmp_path / "model", "s3://absent/model")
