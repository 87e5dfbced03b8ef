"""A dataset is made of the content that its run is about, or not at all."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from etl.errors import DatasetRefused
from etl.job import Job
from etl.unchanged import check_unchanged


@pytest.fixture
def etag(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")  # pragma: allowlist secret
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="raw")
        yield s3.put_object(Bucket="raw", Key="raw/a.csv", Body=b"one")["ETag"].strip('"')


def job(etag: str) -> Job:
    return Job("a-1", "a-1", "raw", "raw/a.csv", "curated", 10, etag)


def test_the_same_content_may_be_put_again(etag: str) -> None:
    boto3.client("s3").put_object(Bucket="raw", Key="raw/a.csv", Body=b"one")
    check_unchanged(job(etag))


def test_another_content_or_none_is_refused(etag: str) -> None:
    s3 = boto3.client("s3")
    s3.put_object(Bucket="raw", Key="raw/a.csv", Body=b"two")
    check_unchanged(job(""))
    with pytest.raises(DatasetRefused, match="was replaced"):
        check_unchanged(job(etag))
    s3.delete_object(Bucket="raw", Key="raw/a.csv")
    with pytest.raises(DatasetRefused, match="was removed"):
        check_unchanged(job(etag))
