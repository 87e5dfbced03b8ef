"""CSV that Spark's own expressions read as Python's csv module would, piece by piece.

etl.records reads a file from its first line to its last, for a quote may open anywhere. Here each line is
looked at alone, and lines that a quoted field goes over are put together (etl.joined_lines). What results is
read this way only if it is *plain*: every line, or what was put together, is by itself one whole row to
Python's csv module, with each quoted field closed in it and no character that needs a second look. As the
first begins a row, so does each after it, and any piece of the file can be read without the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from etl import simple_rows
from etl.joined_lines import joined
from etl.records import LONGEST_FIELD, Unreadable, csv_rows

_MARK = "\ufeff"
_MOST_COLUMNS = 1000
_LOOKED_AT = 100
"""Lines that say, before any pass, whether lines are likely to be joined."""
_MOST_ODD_LINES = 1_000_000
"""Lines the driver may be told of: numbers, but many of them."""
_QUOTED = r'"[^"\x00]*(?:""[^"\x00]*)*+"'
_BARE = r'[^",\r\n\x00][^,\r\n\x00]*'
_FIELD = f"(?:{_QUOTED}|{_BARE}|)"
"""Loops over groups are possessive: Java runs these without recursion. Those over characters are greedy: it
runs these several times as fast, and to go back in one fails at once, for what may follow is none of them."""
_ROW = rf"^{_FIELD}(?:,{_FIELD})*+\r?\z"
_EMPTY = ("", "\r")


@dataclass(frozen=True)
class Header:
    """The fields of the first row, the number of its line, and whether a line soon below has an odd quote."""

    fields: Sequence[str]
    line: int
    odd_below: bool = False


def numbered(lines: DataFrame) -> DataFrame:
    """`line` (bigint, increasing with gaps) and `value` of every line."""
    return lines.select(F.monotonically_increasing_id().alias("line"), "value")


def header_of(lines: DataFrame) -> Header | None:
    """The first of the numbered lines that is not empty, if it is a row by itself."""
    first = lines.where(~_is_empty()).take(_LOOKED_AT)
    rows = list(csv_rows([f"{first[0]['value'].removeprefix(_MARK)}\n"])) if first else []
    if len(rows) != 1 or isinstance(rows[0], Unreadable) or len(rows[0]) > _MOST_COLUMNS:
        return None
    return Header(rows[0], first[0]["line"], any(row["value"].count('"') % 2 for row in first[1:]))


def whole_rows(lines: DataFrame, header: Header) -> Iterator[DataFrame]:
    """`line, value` of each row below the header, in ways of which the first whose rows are plain is right.

    Either each line is a row, or lines have to be joined; what is likelier comes first.
    """
    below = lines.where(F.col("line") > header.line)
    alone = below.where(~_is_empty())
    if not header.odd_below:
        yield alone
    odd = _odd_lines(alone)
    together = joined(below, odd) if 0 < len(odd) <= _MOST_ODD_LINES else None
    if together is not None:
        yield together.where(~_is_empty())
    if header.odd_below:
        yield alone


def plain_rows(rows: DataFrame, header: Header, text: int, label: int) -> DataFrame:
    """`row, text, label, malformed, plain` of rows, given the places of the two fields in one.

    One that is not plain says that all of it means nothing.
    """
    fields = F.when(F.col("simple"), simple_rows.fields()).otherwise(_fields())
    split = simple_rows.marked(rows).select("line", fields.alias("fields"), _is_plain().alias("plain"))
    fits = F.size("fields") == len(header.fields)
    return split.select(
        (F.col("line") - header.line).alias("row"),
        F.when(fits, F.col("fields")[text]).otherwise(F.array_join("fields", ",")).alias("text"),
        F.when(fits, F.col("fields")[label]).otherwise("").alias("label"),
        (~fits).alias("malformed"),
        "plain",
    )


def _odd_lines(lines: DataFrame) -> list[int]:
    odd = F.size(F.split("value", '"', -1)) % 2 == 0
    few = lines.where(odd).select("line").limit(_MOST_ODD_LINES + 1)
    # With a limit as the last step Spark looks at one piece of the file after the other.
    return [line for row in few.agg(F.sort_array(F.collect_list("line"))).collect() for line in row[0]]


def _is_empty() -> Column:
    return F.col("value").isin(*_EMPTY)


def _is_plain() -> Column:
    # No field is longer than its row.
    value = F.col("value")
    return F.col("simple") | (value.rlike(_ROW) & (F.length(value) <= LONGEST_FIELD))


def _fields() -> Column:
    # A comma before each, for Java goes on one character later after a match of nothing.
    raw = F.regexp_extract_all(F.concat(F.lit(","), "value"), F.lit(f",({_FIELD})"), F.lit(1))
    return F.transform(raw, _bare)


def _bare(field: Column) -> Column:
    inner = F.replace(field.substr(F.lit(2), F.length(field) - 2), F.lit('""'), F.lit('"'))
    return F.when(field.startswith('"'), inner).otherwise(field)
