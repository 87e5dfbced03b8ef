"""One Spark session for the transforms, one local cloud with nothing plugged in but Glue."""

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
from pyspark.sql import SparkSession

from tests.integration.glue.aws import REGION, Aws

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """The root of a running cloud with a bucket."""
    state = tmp_path_factory.mktemp("cloud") / "state"
    with _cloud(state) as url:
        session = boto3.Session("AKIALOCALCLOUD000000", "local-cloud-root-secret", region_name=REGION)
        caller = Aws(url, session, f"bucket-{uuid.uuid4().hex[:8]}", state)
        caller.client("s3").create_bucket(Bucket=caller.bucket)
        yield caller


@contextlib.contextmanager
def _cloud(state: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "localcloud", "--state", str(state), "--port", str(port)]
    with state.with_name("cloud.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--services", "hasty_glue"],
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


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A session of the size that the local cloud gives a job run."""
    scratch = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "1g")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.driver.host": "127.0.0.1",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
