"""The Spark of one job run: local, of a bounded size, and reaching S3 by the names that scripts use.

A script reads and writes `s3://bucket/key` as on AWS. ViewFileSystemOverloadScheme, which comes with
Hadoop, takes over the scheme and hands each bucket to the run's object gateway (localcloud.glue.gateway),
which speaks WebHDFS: nothing is staged, and no jar is added.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from localcloud.glue.settings import GlueSettings

_JAVA_OPTIONS = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData"
"""The compiler of the first tier and the simplest collector: a run of a minute earns back no better one."""
_LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %p %c{1}: %m%n
logger.loader.name = org.apache.hadoop.util.NativeCodeLoader
logger.loader.level = error
"""


def write_configuration(
    folder: Path, settings: GlueSettings, gateway_url: str, buckets: Iterable[str], extra: Mapping[str, str]
) -> None:
    """Write a SPARK_CONF_DIR; `gateway_url` is webhdfs://host:port/path, `extra` the job's own --conf."""
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    lines = {**_defaults(settings, scratch), **_file_systems(gateway_url, buckets), **extra}
    text = "".join(f"{name} {value}\n" for name, value in lines.items())
    (folder / "spark-defaults.conf").write_text(text, encoding="utf-8")
    (folder / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")


def environment(folder: Path) -> dict[str, str]:
    """What the driver's process needs to find Java, and the configuration in `folder`."""
    inherited = {
        name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME", "LANG") if name in os.environ
    }
    # Spark would look this machine's name up, which a laptop without a network cannot answer.
    own = {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "scratch"),
        "PYTHONUNBUFFERED": "1",
        "PYSPARK_PYTHON": sys.executable,
        # Java spells file names in the locale's characters.
        "LC_ALL": "C.UTF-8",
    }
    return {**inherited, **own, "SPARK_CONF_DIR": str(folder)}


def _defaults(settings: GlueSettings, scratch: Path) -> dict[str, str]:
    return {
        "spark.master": f"local[{settings.cores}]",
        "spark.driver.memory": f"{settings.heap_megabytes}m",
        "spark.driver.extraJavaOptions": f"{_JAVA_OPTIONS} -Djava.io.tmpdir={scratch}",
        "spark.sql.shuffle.partitions": str(settings.cores),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.catalogImplementation": "in-memory",
    }


def _file_systems(gateway_url: str, buckets: Iterable[str]) -> dict[str, str]:
    hadoop, viewfs = "spark.hadoop.fs", "spark.hadoop.fs.viewfs"
    view = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
    mounts = {f"{viewfs}.mounttable.{name}.linkFallback": f"{gateway_url}/{name}" for name in buckets}
    return {
        f"{hadoop}.s3.impl": view,
        f"{viewfs}.overload.scheme.target.webhdfs.impl": "org.apache.hadoop.hdfs.web.WebHdfsFileSystem",
        **mounts,
    }
