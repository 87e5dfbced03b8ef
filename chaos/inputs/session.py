"""A Spark session whose s3://raw is a folder, with the options that make small jobs quick."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

import etl

_SMALL = {
    "spark.driver.memory": "1g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@contextmanager
def session(raw: Path) -> Iterator[SparkSession]:
    """A session of this process; `raw` is what it reaches as s3://raw."""
    viewfs = "spark.hadoop.fs.viewfs"
    builder = SparkSession.builder.master("local[2]")
    for name, value in {
        **_SMALL,
        "spark.pyspark.python": sys.executable,
        "spark.executorEnv.PYTHONPATH": str(Path(etl.__path__[0]).parent),
        "spark.local.dir": str(raw.parent / "scratch"),
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
        f"{viewfs}.overload.scheme.target.file.impl": "org.apache.hadoop.fs.LocalFileSystem",
        f"{viewfs}.mounttable.raw.linkFallback": raw.as_uri(),
    }.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    yield made
    made.stop()
