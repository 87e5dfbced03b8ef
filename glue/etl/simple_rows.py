"""The most frequent rows of CSV, split into fields without a pattern.

A row is split at its quotes: the pieces at odd places stand in quotes, those between them outside. It is
*simple* if every quote opens or closes a whole field or is one of two that stand for one. What a pattern
finds character by character, a split finds several times as fast; rows that are not simple are left to the
patterns of etl.plain_csv.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from etl.records import LONGEST_FIELD

_NEITHER = "\0"
"""In no simple row: it can stand for the commas that end a field."""


def marked(rows: DataFrame) -> DataFrame:
    """`line, value`, the `pieces` between the quotes of `value`, and whether it is `simple`."""
    split = rows.select("line", "value", F.split("value", '"', -1).alias("pieces"))
    return split.select("*", _is_simple().alias("simple"))


def fields() -> Column:
    """The fields of a marked row that is simple: an array of strings."""

    def written(piece: Column, place: Column) -> Column:
        doubled = (piece == "") & (place > 0) & (place < _last())
        outside = F.replace(F.replace(piece, F.lit(","), F.lit(_NEITHER)), F.lit("\r"))
        return F.when(place % 2 == 1, piece).when(doubled, '"').otherwise(outside)

    return F.split(F.array_join(F.transform("pieces", written), ""), _NEITHER, -1)


def _is_simple() -> Column:
    value = F.col("value")
    # Bytes, for to count characters takes as long as a pattern; there are no more characters than bytes.
    short = F.octet_length(value) <= LONGEST_FIELD
    closed = F.size("pieces") % 2 == 1
    return short & closed & ~value.contains(_NEITHER) & _at_most_a_last_return() & _none_within_a_field()


def _at_most_a_last_return() -> Column:
    value = F.col("value")
    last = value.endswith("\r") & (F.size(F.split(value, "\r", -1)) == 2)
    return ~value.contains("\r") | last


def _none_within_a_field() -> Column:
    def within(piece: Column, place: Column) -> Column:
        begins = (place == 0) | piece.startswith(",")
        ends = (place == _last()) | piece.endswith(",")
        return (place % 2 == 0) & ~piece.isin("", "\r") & ~(begins & ends)

    return F.size(F.filter("pieces", within)) == 0


def _last() -> Column:
    return F.size("pieces") - 1
