"""Reads an upload of any allowed format as rows of text and label.

The frame of every reader: `row` (bigint, from 1 in the order of the file; where a JSON or Parquet file is
so large that Spark splits it, increasing with gaps), `text`, `label` (strings or null) and `malformed`
(boolean).
"""

from collections.abc import Callable
from itertools import chain

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from etl.columns import UploadColumns, find_columns
from etl.errors import MAXIMUM_FIELD, DatasetRefused

_JSON_ROWS_LOOKED_AT = 1000
"""JSON lines that are asked for their keys: later lines may hold fewer, not others that matter."""
_CORRUPT = "_corrupt_record"


def read_upload(spark: SparkSession, uri: str) -> tuple[DataFrame, UploadColumns]:
    """The rows of the upload and the columns they were taken from; DatasetRefused where it cannot be."""
    suffix = uri.lower().removesuffix(".gz").rpartition(".")[2]
    reader = _READERS.get(suffix)
    if reader is None:
        formats = ", ".join(f".{name}" for name in _READERS)
        raise DatasetRefused(f"{uri.rpartition('/')[2]} is none of {formats} (.gz allowed).")
    return reader(spark, uri)


def _read_csv(spark: SparkSession, uri: str) -> tuple[DataFrame, UploadColumns]:
    options: dict[str, bool | int | str] = {
        "header": True,
        "multiLine": True,
        "escape": '"',
        "maxCharsPerColumn": MAXIMUM_FIELD,
        "columnNameOfCorruptRecord": _CORRUPT,
    }
    names = spark.read.options(**options).csv(uri).columns
    if not names:
        raise DatasetRefused("The upload is empty.")
    columns = find_columns(names)
    schema = StructType([StructField(name, StringType()) for name in (*names, _CORRUPT)])
    lines = spark.read.options(**options).schema(schema).csv(uri)
    malformed = F.col(_CORRUPT).isNotNull()
    text = F.when(malformed, F.col(_CORRUPT)).otherwise(_named(columns.text))
    return _rows(lines, text, _named(columns.label), malformed), columns


def _read_json(spark: SparkSession, uri: str) -> tuple[DataFrame, UploadColumns]:
    lines = spark.read.text(uri).select(F.regexp_replace("value", "^\ufeff", "").alias("line"))
    lines = lines.where(F.trim("line") != "")
    # A map of strings needs no pass over the file to infer its schema.
    parsed = lines.select("line", F.from_json("line", "map<string,string>").alias("held"))
    looked_at = parsed.select(F.map_keys("held").alias("keys")).limit(_JSON_ROWS_LOOKED_AT).collect()
    columns = find_columns(list(dict.fromkeys(chain.from_iterable(found.keys or () for found in looked_at))))
    malformed = F.col("held").isNull()
    text = F.when(malformed, F.col("line")).otherwise(F.try_element_at("held", F.lit(columns.text)))
    return _rows(parsed, text, F.try_element_at("held", F.lit(columns.label)), malformed), columns


def _read_parquet(spark: SparkSession, uri: str) -> tuple[DataFrame, UploadColumns]:
    frame = spark.read.parquet(uri)
    columns = find_columns(frame.columns)
    return _rows(frame, _named(columns.text), _named(columns.label), F.lit(False)), columns


def _rows(frame: DataFrame, text: Column, label: Column, malformed: Column) -> DataFrame:
    return frame.select(
        (F.monotonically_increasing_id() + 1).alias("row"),
        text.cast("string").alias("text"),
        label.cast("string").alias("label"),
        malformed.alias("malformed"),
    )


def _named(name: str) -> Column:
    return F.col("`" + name.replace("`", "``") + "`")


_Reader = Callable[[SparkSession, str], tuple[DataFrame, UploadColumns]]
_READERS: dict[str, _Reader] = {
    "csv": _read_csv,
    "json": _read_json,
    "jsonl": _read_json,
    "ndjson": _read_json,
    "parquet": _read_parquet,
}
