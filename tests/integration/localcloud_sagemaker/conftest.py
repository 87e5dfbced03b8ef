"""A local cloud in a process of its own with nothing plugged in but SageMaker."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.integration.localcloud_sagemaker.aws import REGION, ROOT, Aws


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """The root of a running cloud with a bucket and a role that may use it."""
    state = tmp_path_factory.mktemp("cloud") / "state"
    with _cloud(state) as url:
        session = boto3.Session("AKIALOCALCLOUD000000", "local-cloud-root-secret", region_name=REGION)
        bare = Aws(url, state, session, f"bucket-{uuid.uuid4().hex[:8]}", "")
        bare.client("s3").create_bucket(Bucket=bare.bucket)
        role = bare.role_with({"Action": ["s3:*", "logs:*", "cloudwatch:*"], "Resource": "*"})
        yield Aws(url, state, session, bare.bucket, role)


@contextlib.contextmanager
def _cloud(state: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with state.with_name("cloud.log").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "localcloud", "--state", str(state), "--port", str(port)),
                *("--services", "impatient_sagemaker", "--parent", str(os.getpid())),
            ],
            env=os.environ | {"PYTHONPATH": f"{ROOT}:{Path(__file__).parent}"},
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/_ministack/health", process, state.with_name("cloud.log"))
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text())
