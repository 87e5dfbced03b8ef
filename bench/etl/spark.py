"""`python -m bench.etl.spark CSV FOLDER REPORT`: the Glue job with the settings of the local cloud."""

import os
import shutil
import sys
import time
from pathlib import Path

import psutil

from bench.running import report
from localcloud.glue import spark as local_spark
from localcloud.glue.settings import GlueSettings

_FILES = {"spark.hadoop.fs.viewfs.overload.scheme.target.file.impl": "org.apache.hadoop.fs.LocalFileSystem"}
"""The buckets are folders here: what the object gateway costs is the pipeline's to show."""


def main(upload: Path, folder: Path) -> None:
    """Prepare the upload; report the seconds of the session's start and of the job."""
    for name in ("raw", "curated"):
        (folder / name).mkdir(parents=True)
    shutil.copy(upload, folder / "raw")
    _configure(folder)
    # Spark reads its settings from the environment when it is imported.
    from pyspark.sql import SparkSession  # noqa: PLC0415

    from etl.job import Job  # noqa: PLC0415
    from etl.pipeline import prepare_dataset  # noqa: PLC0415

    began = time.perf_counter()
    session = SparkSession.builder.appName("bench").getOrCreate()
    ready = time.perf_counter()
    job = Job("bench", "bench", "raw", upload.name, "curated", minimum_rows=10)
    prepare_dataset(session, job)
    done = time.perf_counter()
    report({"session": ready - began, "job": done - ready, "cpu": _cpu_seconds()})
    session.stop()


def _configure(folder: Path) -> None:
    settings = folder / "spark"
    local_spark.write_configuration(settings, GlueSettings(), folder.as_uri(), ("raw", "curated"), _FILES)
    os.environ.update(local_spark.environment(settings))


def _cpu_seconds() -> float:
    """CPU of this process and of Java below it, whose end nobody waits for."""
    me = psutil.Process()
    times = [process.cpu_times() for process in (me, *me.children(recursive=True))]
    return sum(used.user + used.system for used in times)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
