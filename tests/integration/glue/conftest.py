"""One Spark session for the transforms, one local cloud with nothing plugged in but Glue."""

import os
import socket
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from pyspark.sql import SparkSession

import etl
from localcloud.client import LocalCloud
from localcloud.config import CloudConfig
from tests.integration.glue.aws import REGION, Aws

_UNCLOSED = "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """PySpark leaves its sockets to the garbage collector, in whichever test that happens to run."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.filterwarnings(_UNCLOSED))


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """The root of a running cloud with a bucket."""
    state = tmp_path_factory.mktemp("cloud") / "state"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    config = CloudConfig(
        state, port=port, parent=os.getpid(), services=("tests.integration.glue.hasty_glue",)
    )
    cloud = LocalCloud.start(config)
    session = boto3.Session(config.access_key, config.secret_key, region_name=REGION)
    caller = Aws(cloud.endpoint_url, session, f"bucket-{uuid.uuid4().hex[:8]}", state)
    caller.client("s3").create_bucket(Bucket=caller.bucket)
    yield caller
    cloud.stop()


@pytest.fixture(scope="session")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose folders `raw` and `curated` the session below reaches as s3://raw and s3://curated."""
    folder = tmp_path_factory.mktemp("buckets")
    for name in ("raw", "curated"):
        (folder / name).mkdir()
    return folder


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory, buckets: Path) -> Iterator[SparkSession]:
    """A session of the size that the local cloud gives a job run."""
    scratch = tmp_path_factory.mktemp("spark")
    viewfs = "spark.hadoop.fs.viewfs"
    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "1g")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.pyspark.python": sys.executable,
        "spark.executorEnv.PYTHONPATH": str(Path(etl.__path__[0]).parent),
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.driver.host": "127.0.0.1",
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
        f"{viewfs}.overload.scheme.target.file.impl": "org.apache.hadoop.fs.LocalFileSystem",
        f"{viewfs}.mounttable.raw.linkFallback": (buckets / "raw").as_uri(),
        f"{viewfs}.mounttable.curated.linkFallback": (buckets / "curated").as_uri(),
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
