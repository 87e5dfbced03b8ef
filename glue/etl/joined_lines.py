"""Lines that belong together, because a quote that one opens is closed by a later one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

_PIECE_BITS = 33
"""Spark's monotonically_increasing_id counts each piece of a file from a multiple of 2**33."""
_Span = tuple[int, int, int]
"""The number of the first line that is put together, and of a first and a last one in the same piece."""


def joined(lines: DataFrame, odd: Sequence[int]) -> DataFrame | None:
    """`line, value`, where an odd line, the next odd one and all between them are one; None if one is left.

    `odd` are the lines with an odd number of quotes, in order: the first opens, the second closes.
    """
    if len(odd) % 2:
        return None
    pairs = list(zip(odd[::2], odd[1::2], strict=True))
    across = any(_piece(opens) != _piece(closes) for opens, closes in pairs)
    spans = _frame(lines.sparkSession, _spans(pairs, _last_lines(lines) if across else {}))
    held = F.broadcast(spans.select("opens", F.explode(F.sequence("first", "last")).alias("line")))
    in_order = F.sort_array(F.collect_list(F.struct("line", "value")))
    together = lines.join(held, "line").groupBy(F.col("opens").alias("line"))
    return lines.join(held, "line", "left_anti").unionByName(
        together.agg(F.array_join(F.transform(in_order, lambda line: line["value"]), "\n").alias("value"))
    )


def _spans(pairs: Sequence[tuple[int, int]], last: Mapping[int, int]) -> Iterator[_Span]:
    for opens, closes in pairs:
        first = opens
        for piece in range(_piece(opens), _piece(closes)):
            if piece in last:
                yield opens, max(first, piece << _PIECE_BITS), last[piece]
            first = (piece + 1) << _PIECE_BITS
        yield opens, first, closes


def _frame(spark: SparkSession, spans: Iterable[_Span]) -> DataFrame:
    """`opens, first, last` of spans, handed to the JVM: rows of Python would want a worker in every query."""
    jvm: Any = spark.sparkContext._jvm
    text = jvm.java.util.Collections.singletonList(";".join(" ".join(map(str, span)) for span in spans))
    written = spark._jsparkSession.createDataset(text, jvm.org.apache.spark.sql.Encoders.STRING())
    each = DataFrame(written.toDF(), spark).select(F.explode(F.split("value", ";")).alias("span"))
    numbers = each.select(F.split("span", " ").cast("array<bigint>").alias("span"))
    return numbers.selectExpr("span[0] AS opens", "span[1] AS first", "span[2] AS last")


def _last_lines(lines: DataFrame) -> dict[int, int]:
    """The number of the last line of each piece that has any."""
    piece = F.shiftright("line", _PIECE_BITS)
    return {
        row["piece"]: row["last"]
        for row in lines.groupBy(piece.alias("piece")).agg(F.max("line").alias("last")).collect()
    }


def _piece(line: int) -> int:
    return line >> _PIECE_BITS
