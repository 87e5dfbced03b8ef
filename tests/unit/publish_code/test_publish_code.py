"""The custom resource: the same sources give the same bytes, and CloudFormation always gets an answer."""

import io
import json
import os
import tarfile
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.publish_code import app

BUCKET = "marquee-test-models"


class Context:
    log_group_name = "/aws/lambda/marquee-test-publish-code"
    log_stream_name = "2026/11/22/[$LATEST]1"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    files = {
        "glue/prepare_dataset.py": "import etl",
        "glue/etl/__init__.py": "",
        "glue/etl/cleaning.py": "def clean(): ...",
        "training/train.py": "print('train')",
        "training/algorithms/ngram.py": "class Ngram: ...",
        "training/requirements.txt": "numpy",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def answers() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address CloudFormation would give, and what was put there."""
    received: list[dict[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            assert self.headers["Content-Type"] == ""
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/answer", received
        server.shutdown()


def event(kind: str, url: str, **more: str) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": url,
        "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/marquee-test/1",
        "RequestId": "r-1",
        "LogicalResourceId": "PublishedCode",
        "ResourceProperties": {"Bucket": BUCKET},
        **more,
    }


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        yield s3


def test_archives_hold_every_source_under_the_path_glue_and_sagemaker_expect(package: Path) -> None:
    files = app.archives(package)
    assert files["prepare_dataset.py"] == b"import etl"
    assert zipfile.ZipFile(io.BytesIO(files["etl.zip"])).namelist() == ["etl/__init__.py", "etl/cleaning.py"]
    with tarfile.open(fileobj=io.BytesIO(files["sourcedir.tar.gz"])) as archive:
        assert archive.getnames() == ["algorithms/ngram.py", "requirements.txt", "train.py"]


def test_same_sources_give_the_same_bytes_whenever_they_were_written(package: Path) -> None:
    before = app.archives(package)
    os.utime(package / "training/train.py", (1, 1))
    (package / "glue/etl/__pycache__").mkdir()
    (package / "glue/etl/__pycache__/cleaning.cpython-313.pyc").write_bytes(b"compiled")
    assert app.archives(package) == before


@pytest.mark.parametrize(
    "name", ["glue/prepare_dataset.py", "glue/etl/cleaning.py", "training/algorithms/ngram.py"]
)
def test_any_changed_source_is_a_new_digest(package: Path, name: str) -> None:
    before = app.digest(app.archives(package))
    (package / name).write_text("changed")
    assert app.digest(app.archives(package)) != before


def test_the_projects_own_links_lead_to_its_sources() -> None:
    files = app.archives(app.PACKAGE)
    assert files["prepare_dataset.py"] == (app.PACKAGE.parents[1] / "glue/prepare_dataset.py").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(files["sourcedir.tar.gz"])) as archive:
        assert {"train.py", "inference.py"} <= set(archive.getnames())


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_sources_are_published_and_their_address_answered(
    kind: str,
    package: Path,
    bucket: Any,
    answers: tuple[str, list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app, "PACKAGE", package)
    url, received = answers
    app.handler(event(kind, url), Context())
    (answer,) = received
    assert answer["Status"] == "SUCCESS"
    assert answer["PhysicalResourceId"] == "PublishedCode"
    prefix = answer["Data"]["CodeUri"].removeprefix(f"s3://{BUCKET}/")
    keys = {item["Key"] for item in bucket.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert keys == {f"{prefix}/{name}" for name in ("prepare_dataset.py", "etl.zip", "sourcedir.tar.gz")}


def test_delete_leaves_the_code_and_keeps_the_physical_id(
    bucket: Any, answers: tuple[str, list[dict[str, Any]]]
) -> None:
    bucket.put_object(Bucket=BUCKET, Key="code/old/etl.zip", Body=b"")
    url, received = answers
    app.handler(event("Delete", url, PhysicalResourceId="earlier"), Context())
    assert received == [
        {
            "Status": "SUCCESS",
            "Data": {},
            "PhysicalResourceId": "earlier",
            **{key: event("Delete", url)[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
        }
    ]
    assert bucket.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


def test_failure_is_answered_with_its_reason_and_where_the_log_is(
    tmp_path: Path, answers: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "PACKAGE", tmp_path)
    url, received = answers
    app.handler(event("Create", url), Context())
    (answer,) = received
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("CodeMissing: glue/prepare_dataset.py is not in the package")
    assert Context.log_stream_name in answer["Reason"]
