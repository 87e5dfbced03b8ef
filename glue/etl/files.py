"""Single files of a bucket, read and written through Hadoop's file systems as Spark does its own."""

import json
import re
from collections.abc import Mapping

from py4j.java_gateway import JavaObject
from pyspark.sql import SparkSession


def literal(uri: str) -> str:
    """The pattern that only this object fits: Spark takes every path for a pattern of file names."""
    return re.sub(r"[\\*?\[\]{}]", r"\\\g<0>", uri)


def sha256_of(spark: SparkSession, uri: str) -> str:
    """The digest ("sha256:" and 64 hex) of a file, read once by the JVM in small pieces."""
    path, files = _open(spark, uri)
    stream = files.open(path)
    try:
        digest = _jvm(spark).org.apache.commons.codec.digest.DigestUtils.sha256Hex(stream)
    finally:
        stream.close()
    return f"sha256:{digest}"


def write_json(spark: SparkSession, uri: str, document: Mapping[str, object]) -> None:
    """Write a JSON document, over an older one if need be."""
    path, files = _open(spark, uri)
    stream = files.create(path, True)
    try:
        stream.write(bytearray(json.dumps(document, indent=2, ensure_ascii=False).encode()))
    finally:
        stream.close()


def _open(spark: SparkSession, uri: str) -> tuple[JavaObject, JavaObject]:
    path = _jvm(spark).org.apache.hadoop.fs.Path(uri)
    return path, path.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())


def _jvm(spark: SparkSession) -> JavaObject:
    return spark.sparkContext._jvm
