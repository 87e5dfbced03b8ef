"""Which rows say what another row says already.

Rows of one key (etl.cleaning.near_duplicate_key) are the same review. With one label among them the
first labelled row stays; with none, the first; with several labels nobody knows which is right, and
none stays.
"""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def judge_duplicates(rows: DataFrame) -> DataFrame:
    """Set `reason` to duplicate, near_duplicate or conflicting_label where a row is refused for it.

    Needs `row`, `key`, `review`, `label`, `reason`; rows that have a reason already must have a key of
    their own.
    """
    in_order = Window.partitionBy("key").orderBy(F.col("label").isNull(), "row")
    group = in_order.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    judged = rows.select(
        "*",
        F.row_number().over(in_order).alias("_place"),
        F.first("review").over(group).alias("_kept"),
        (F.min("label").over(group) != F.max("label").over(group)).alias("_conflict"),
    )
    reason = (
        F.when(F.col("reason").isNotNull(), F.col("reason"))
        .when(F.col("_conflict"), "conflicting_label")
        .when(F.col("_place") == 1, None)
        .when(F.col("review") == F.col("_kept"), "duplicate")
        .otherwise("near_duplicate")
    )
    return judged.withColumn("reason", reason).drop("_place", "_kept", "_conflict")
