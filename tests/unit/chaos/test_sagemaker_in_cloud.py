"""A training job fails whose role may not read the code that it is to run."""

import json
import threading
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from chaos.permissions import sagemaker_in_cloud
from localcloud.processes import Command, Processes
from localcloud.sagemaker.training_process import End, Limits

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION")
NOBODY = cast("Processes", None)
"""What starts processes: the work needs none."""
CODE = "s3://models/code/1/sourcedir.tar.gz"


class Denying:
    """A boto3 session whose S3 denies everything, and knows what it was asked."""

    def __init__(self, asked: list[tuple[str, str]]) -> None:
        self.asked = asked

    def client(self, _service: str) -> "Denying":
        return self

    def get_object(self, Bucket: str, Key: str) -> Any:
        self.asked.append((Bucket, Key))
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")


def job(base: Path, name: str) -> Command:
    (base / "input/config").mkdir(parents=True)
    (base / "output").mkdir()
    given = {"sagemaker_submit_directory": CODE}
    (base / "input/config/hyperparameters.json").write_text(json.dumps(given))
    environment = dict.fromkeys(KEYS, "x") | {"SAGEMAKER_BASE_DIR": str(base), "TRAINING_JOB_NAME": name}
    return Command("job", [], environment, base, base / "log")


@pytest.mark.parametrize(("name", "status"), [("probe-1", 1), ("marquee-local-1", 0)])
def test_a_probe_fetches_its_code_and_fails_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, status: int
) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr("boto3.Session", lambda *_: Denying(asked))
    monkeypatch.setattr("chaos.compute.training.train", lambda *_: End(0))

    end = sagemaker_in_cloud.train(NOBODY, job(tmp_path, name), Limits(1, 1), threading.Event())

    assert end.status == status
    assert asked == ([("models", "code/1/sourcedir.tar.gz")] if status else [])
