"""CSV in which every line is one row: Spark's own expressions read it, piece by piece.

A line is plain when Python's csv module, which etl.records reads by, takes it for one whole row of the
header's width whatever stands in the lines around it: each field is closed on the line, quotes are at its
ends or doubled. As the first line begins a row, so does every line of a file of plain lines, and any piece
of it can be read without the others.
"""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from etl.records import LONGEST_FIELD, Unreadable, csv_rows

_MARK = "\ufeff"
_MOST_COLUMNS = 1000
_QUOTED = r'"[^"\x00]*+(?:""[^"\x00]*+)*+"'
_BARE = r'[^",\r\x00][^,\r\x00]*+'
_FIELD = f"(?:{_QUOTED}|{_BARE}|)"
"""Every loop is possessive: Java runs such loops without recursion and without going back."""
_EMPTY = ("", "\r")


@dataclass(frozen=True)
class Header:
    """The fields of the first row, and the number of its line."""

    fields: list[str]
    line: int


def numbered(lines: DataFrame) -> DataFrame:
    """`line` (bigint, increasing with gaps) and `value` of the lines that are not empty."""
    held = lines.select(F.monotonically_increasing_id().alias("line"), "value")
    return held.where(~F.col("value").isin(*_EMPTY))


def header_of(lines: DataFrame) -> Header | None:
    """The first of the numbered lines as a row, if it is one by itself."""
    first = lines.head()
    rows = list(csv_rows([f"{first['value'].removeprefix(_MARK)}\n"])) if first else []
    if first is None or len(rows) != 1 or isinstance(rows[0], Unreadable):
        return None
    return Header(rows[0], first["line"])


def all_plain(lines: DataFrame, header: Header) -> bool:
    """Whether every line below the header is plain; one pass, or up to the first that is not."""
    width = len(header.fields)
    return width <= _MOST_COLUMNS and _below(lines, header).where(~_is_plain(width)).isEmpty()


def plain_rows(lines: DataFrame, header: Header, text: int, label: int) -> DataFrame:
    """`text, label, malformed` of plain lines, given the places of the two fields in a row."""
    return _below(lines, header).select(
        _field(text).alias("text"), _field(label).alias("label"), F.lit(False).alias("malformed")
    )


def _below(lines: DataFrame, header: Header) -> DataFrame:
    return lines.where(F.col("line") > header.line)


def _is_plain(width: int) -> Column:
    # No field is longer than its line.
    value = F.col("value")
    return value.rlike(rf"^{_FIELD}(?:,{_FIELD}){{{width - 1}}}+\r?\z") & (F.length(value) <= LONGEST_FIELD)


def _field(place: int) -> Column:
    raw = F.regexp_extract("value", f"^(?:{_FIELD},){{{place}}}+({_FIELD})", 1)
    inner = raw.substr(F.lit(2), F.length(raw) - 2)
    return F.when(raw.startswith('"'), F.replace(inner, F.lit('""'), F.lit('"'))).otherwise(raw)
