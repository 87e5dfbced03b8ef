"""What the labels of an upload mean.

Sentiment spellings are mapped only when every frequent label is one of them; else the labels are what
the file holds, apart from case. Ratings become labels, their middle is dropped.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from etl.cleaning import BLANKS
from etl.errors import DatasetRefused

SPELLINGS = {
    **dict.fromkeys(("positive", "pos", "1"), "positive"),
    **dict.fromkeys(("negative", "neg", "0"), "negative"),
}
FREQUENT_SHARE = 0.05
"""A label held by fewer of the labelled rows than this is unknown beside sentiment spellings."""
HIGH_RATING_SHARE = 0.01
"""Ratings go to 10, not to 5, when at least this share of them is above 5."""
MOST_LABELS = 100
LONGEST_LABEL = 100
"""A label is a word: every label is written into each answer, and into the ledger's 400 kB items."""
_MOST_SPELLINGS = 1000


@dataclass(frozen=True)
class LabelPlan:
    """The label of every spelling in an upload; those in `neutral` are ratings of the middle."""

    labels: Mapping[str, str]
    neutral: frozenset[str]

    def label(self, spelling: Column) -> Column:
        """The label that a spelling means; null where it means none."""
        return _looked_up(self.labels, spelling)

    def is_neutral(self, spelling: Column) -> Column:
        """Whether a spelling is a rating of the middle."""
        return spelling.isin(*self.neutral) if self.neutral else F.lit(False)


def spelling(label: Column) -> Column:
    """A label as it is counted: surrounding blanks are none of it, and an empty one is none."""
    trimmed = F.trim(F.regexp_replace(label, BLANKS, " "))
    return F.when(trimmed != "", trimmed)


def count_spellings(rows: DataFrame) -> Counter[str] | None:
    """How many rows hold each of the most frequent spellings of `label`; None unless all rows are `plain`."""
    # Neither rows without one nor those that are not plain are filtered out: for a filter Spark would take
    # each row apart a second time.
    counted = rows.groupBy(spelling(F.col("label")).alias("spelling")).agg(
        F.count("*").alias("rows"), F.bool_and("plain").alias("plain")
    )
    order = (F.col("plain"), F.col("spelling").isNull(), F.desc("rows"), F.col("spelling"))
    most = counted.orderBy(*order).limit(_MOST_SPELLINGS).collect()
    if not all(row["plain"] for row in most):
        return None
    return Counter({row["spelling"]: row["rows"] for row in most if row["spelling"] is not None})


def plan_labels(counts: Counter[str], rated: bool) -> LabelPlan:
    """What each counted spelling means."""
    if (longest := max(map(len, counts), default=0)) > LONGEST_LABEL:
        raise DatasetRefused(f"A label has {longest:,} characters; at most {LONGEST_LABEL} may be.")
    if rated:
        return _plan_ratings(counts)
    frequent = [held for held in counts if counts[held] >= FREQUENT_SHARE * counts.total()]
    if frequent and all(_plain(held) in SPELLINGS for held in frequent):
        return LabelPlan(
            {held: SPELLINGS[_plain(held)] for held in counts if _plain(held) in SPELLINGS}, frozenset()
        )
    return LabelPlan(_as_held(counts), frozenset())


def _as_held(counts: Counter[str]) -> dict[str, str]:
    # Counter.most_common keeps the order of equals: the plan is the same in every run.
    shown: dict[str, str] = {}
    for held, _ in counts.most_common():
        shown.setdefault(held.lower(), held)
    if len(shown) > MOST_LABELS:
        raise DatasetRefused(
            f"The label column holds {len(shown):,} different labels or more; at most {MOST_LABELS} may be."
        )
    return {held: shown[held.lower()] for held in counts}


def _plan_ratings(counts: Counter[str]) -> LabelPlan:
    ratings = {held: value for held in counts if (value := _rating(held)) is not None}
    high = sum(counts[held] for held, value in ratings.items() if value > 5)
    most, lowest_positive, highest_negative = (
        (10, 7, 4) if high >= HIGH_RATING_SHARE * counts.total() else (5, 4, 2)
    )
    labels = {held: "positive" for held, value in ratings.items() if lowest_positive <= value <= most}
    labels |= {held: "negative" for held, value in ratings.items() if value <= highest_negative}
    middle = {held for held, value in ratings.items() if highest_negative < value < lowest_positive}
    return LabelPlan(labels, frozenset(middle))


def _rating(held: str) -> float | None:
    try:
        value = float(held)
    except ValueError:
        return None
    return value if 0 <= value <= 10 else None


def _plain(held: str) -> str:
    # A column of 0, 1 and nothing is a column of 0.0, 1.0 and NaN to the tools that write CSV.
    return held.lower().removesuffix(".0")


def _looked_up(labels: Mapping[str, str], spelling: Column) -> Column:
    if not labels:
        return F.lit(None).cast("string")
    pairs = (F.lit(part) for pair in labels.items() for part in pair)
    return F.try_element_at(F.create_map(*pairs), spelling)
