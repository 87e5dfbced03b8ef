"""The number of a row in its file, from the number of its piece and its place there.

Spark's monotonically_increasing_id counts each piece of a file from a multiple of 2**33.
"""

from itertools import accumulate

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

_PIECE_BITS = 33


def in_file(rows: DataFrame) -> Column:
    """`row` of all rows of an upload as numbers without gaps, from 1 in the order of the file."""
    piece = F.shiftright(F.col("row") - 1, _PIECE_BITS)
    counted = sorted(map(tuple, rows.groupBy(piece.alias("piece")).count().collect()))
    if len(counted) < 2:
        return F.col("row")
    before = accumulate((number for _, number in counted), initial=0)
    gaps = ((place, (place << _PIECE_BITS) - rows) for (place, _), rows in zip(counted, before, strict=False))
    return F.col("row") - F.create_map(*(F.lit(part) for gap in gaps for part in gap))[piece]
