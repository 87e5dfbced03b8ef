"""Reads the two columns of a Parquet file that matter, whatever the others hold."""

from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BinaryType,
    BooleanType,
    DataType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    StructField,
    StructType,
)

from etl.columns import Columns
from etl.errors import DatasetRefused, columns_of
from etl.files import literal
from etl.records import plain

_TYPES: dict[str, DataType] = {
    "BINARY": BinaryType(),
    "BOOLEAN": BooleanType(),
    "INT32": IntegerType(),
    "INT64": LongType(),
    "FLOAT": FloatType(),
    "DOUBLE": DoubleType(),
}
"""Spark's type for each primitive type of parquet-format that a text or a label may have."""
_CHECKED = {"parquet.page.verify-checksum.enabled": "true"}


def read_parquet(spark: SparkSession, uri: str) -> tuple[DataFrame, Columns]:
    """`text, label, malformed` and the columns they were taken from.

    With a schema of its own Spark converts no other column: it refuses files whose other columns are
    nanoseconds or times of day, and names that differ in case only.
    """
    types = _primitive_types(spark, uri)
    columns = columns_of([name for name, _ in types])
    spelled, schema = {plain(name): (name, held) for name, held in types}, StructType()
    for column, allowed in ((columns.text, ("BINARY",)), (columns.label, tuple(_TYPES))):
        name, held = spelled[column]
        schema.add(name, _type(name, held, allowed))
    frame = spark.read.options(**_CHECKED).schema(schema).parquet(literal(uri))
    text, label = (_as_text(field) for field in schema)
    return frame.select(text.alias("text"), label.alias("label"), F.lit(False).alias("malformed")), columns


def _primitive_types(spark: SparkSession, uri: str) -> list[tuple[str, str]]:
    """Name and primitive type ("" where it is nested) of each top-level column, as the footer has them."""
    jvm: Any = spark.sparkContext._jvm
    configuration = spark.sparkContext._jsc.hadoopConfiguration()
    file = jvm.org.apache.parquet.hadoop.util.HadoopInputFile.fromPath(
        jvm.org.apache.hadoop.fs.Path(uri), configuration
    )
    reader = jvm.org.apache.parquet.hadoop.ParquetFileReader.open(file)
    try:
        fields = list(reader.getFileMetaData().getSchema().getFields())
    finally:
        reader.close()
    return [(field.getName(), _primitive(field)) for field in fields]


def _primitive(field: Any) -> str:
    once = field.isPrimitive() and field.getRepetition().name() != "REPEATED"
    return str(field.asPrimitiveType().getPrimitiveTypeName().name()) if once else ""


def _type(name: str, primitive: str, allowed: tuple[str, ...]) -> DataType:
    if primitive not in allowed:
        raise DatasetRefused(f"The column {name!r} holds no {'strings' if len(allowed) == 1 else 'labels'}.")
    return _TYPES[primitive]


def _as_text(field: StructField) -> Column:
    column = F.col("`" + field.name.replace("`", "``") + "`")
    # Decoded, not cast: a cast would keep bytes that are no UTF-8 as they are.
    return F.decode(column, "UTF-8") if field.dataType == BinaryType() else column.cast("string")
