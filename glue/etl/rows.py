"""From the rows of an upload to rows that are kept, or refused with a reason."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from etl.cleaning import clean, near_duplicate_key
from etl.duplicates import judge_duplicates
from etl.labels import LabelPlan, spelling
from etl.splitting import split_of

_REPLACEMENT = "\ufffd"
"""What Spark reads where bytes are not UTF-8."""


def clean_rows(rows: DataFrame) -> DataFrame:
    """`row, review, spelling, reason` of `row, text, label, malformed`: all that needs no label plan."""
    text = F.col("text")
    return rows.select(
        "row",
        clean(text).alias("review"),
        spelling(F.col("label")).alias("spelling"),
        F.col("malformed"),
        text.contains(_REPLACEMENT).alias("undecodable"),
    ).select("row", "review", "spelling", _first_reason().alias("reason"))


def judge_rows(cleaned: DataFrame, plan: LabelPlan) -> DataFrame:
    """Adds `label`, `key` (64 hex) and `split`; `reason` is null for the rows of the dataset."""
    return judge_keys(label_rows(cleaned, plan))


def label_rows(cleaned: DataFrame, plan: LabelPlan) -> DataFrame:
    """Adds `label` and `key` (64 hex); `reason` where the label is none of the dataset's."""
    held = F.col("spelling")
    labelled = cleaned.withColumn("label", plan.label(held))
    reason = (
        F.when(F.col("reason").isNotNull(), F.col("reason"))
        .when(plan.is_neutral(held), "neutral_rating")
        .when(held.isNotNull() & F.col("label").isNull(), "unknown_label")
    )
    return labelled.withColumn("reason", reason).withColumn("key", _key())


def judge_keys(labelled: DataFrame) -> DataFrame:
    """Adds `split`; `reason` where another row of the same key says the same."""
    return judge_duplicates(labelled).withColumn("split", split_of(F.col("key"), F.col("label")))


def _first_reason() -> Column:
    return (
        F.when(F.col("malformed"), "malformed_row")
        .when(F.col("undecodable"), "invalid_utf8")
        .when(F.coalesce(F.col("review"), F.lit("")) == "", "empty_text")
    )


def _key() -> Column:
    # Refused rows get a key of their own: they are nobody's duplicates, and many empty texts under
    # one key would all meet in one task.
    own = F.sha2(F.concat(F.lit("refused "), F.col("row").cast("string")), 256)
    return F.when(F.col("reason").isNull(), near_duplicate_key(F.col("review"))).otherwise(own)
