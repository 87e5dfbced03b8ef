"""The transforms on a real Spark session."""

from collections import Counter
from collections.abc import Sequence

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from cleaning import clean as clean_in_python  # training/cleaning.py
from etl.cleaning import clean, near_duplicate_key
from etl.labels import plan_labels
from etl.rows import clean_rows, judge_rows
from tests.integration.glue.dirty_reviews import dirty_rows

ODD_TEXTS = [
    "plain",
    "a<br />b<br/><BR>c",
    "I <3 it, a < b > c, </3",
    "<!-- note -->seen<!DOCTYPE html>",
    "&lt;br /&gt; escaped &amp;lt;br&gt;",
    "&amp;amp; &amp;#60; &&amp;; &nope; &; &amp",
    "&#8217;&#x1F600;&#X41;&#0;&#xD800;&#1114112;&#99999999;",
    "&eacute;&Eacute;&nbsp;&apos;&hellip;&#160;",
    "a\u00a0b\u200bc\ufeffd\u3000e\u2028f\u0000g\x7fh\tb\r\n",
    "  \u2003 ",
    "",
    "&nbsp;<p></p>",
    "\U0001f44d\u200d\U0001f3fd caf\u00e9 \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d",
    "<" * 50 + "a" + ">" * 50,
    "<a <b> c>",
]


def test_spark_and_python_clean_texts_alike(spark: SparkSession) -> None:
    # given odd texts, and dirty ones
    texts = ODD_TEXTS + [text for text, _ in dirty_rows(500, seed=1)]
    # when both clean them
    frame = spark.createDataFrame([(text,) for text in texts], "text string")
    cleaned = [row[0] for row in frame.select(clean(F.col("text"))).collect()]
    # then a model sees at its endpoint what it saw in training
    assert cleaned == [clean_in_python(text) for text in texts]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Great film!", "great   FILM", True),
        ("Great film", "Great films", False),
        ("liked it \U0001f44d", "liked it \U0001f44e", False),
        ("?!", "!?", False),
        ("\u00c9l\u00e9gant.", "\u00e9l\u00e9gant", True),
        ("10/10", "1010", True),
    ],
)
def test_near_duplicates_differ_in_case_punctuation_and_blanks_only(
    spark: SparkSession, one: str, other: str, same: bool
) -> None:
    frame = spark.createDataFrame([(one,), (other,)], "text string")
    keys = {row[0] for row in frame.select(near_duplicate_key(F.col("text"))).collect()}
    assert (len(keys) == 1) is same


def _judged(
    spark: SparkSession, rows: Sequence[tuple[str | None, str | None]], rated: bool = False
) -> DataFrame:
    numbered = [(place, text, label, False) for place, (text, label) in enumerate(rows, 1)]
    frame = spark.createDataFrame(numbered, "row bigint, text string, label string, malformed boolean")
    cleaned = clean_rows(frame)
    counts = Counter(row[0] for row in cleaned.select("spelling").collect() if row[0])
    return judge_rows(cleaned, plan_labels(counts, rated))


def _verdicts(frame: DataFrame) -> list[str]:
    return [row["reason"] or row["label"] or "unlabelled" for row in frame.orderBy("row").collect()]


def test_every_row_is_kept_once_or_refused_for_its_first_reason(spark: SparkSession) -> None:
    rows = [
        ("A fine film", "pos"),
        ("A fine film", "positive"),
        ("a FINE film!", "1"),
        ("Dull", "neg"),
        ("dull", "pos"),
        ("seen twice", None),
        ("Seen twice.", "neg"),
        ("only text", ""),
        ("<br />", "pos"),
        (None, "pos"),
        ("b\ufffdoken", "pos"),
    ]
    assert _verdicts(_judged(spark, rows)) == [
        "positive",
        "duplicate",
        "near_duplicate",
        "conflicting_label",
        "conflicting_label",
        "near_duplicate",
        "negative",
        "unlabelled",
        "empty_text",
        "empty_text",
        "invalid_utf8",
    ]


def test_ratings_become_labels_and_their_middle_is_dropped(spark: SparkSession) -> None:
    rows = [
        (f"text {place}", str(rating)) for place, rating in enumerate([1, 4, 5, 6, 7, 10, "4.0", "n/a", 11])
    ]
    negative, neutral, positive, unknown = "negative", "neutral_rating", "positive", "unknown_label"
    expected = [negative, negative, neutral, neutral, positive, positive, negative, unknown, unknown]
    assert _verdicts(_judged(spark, rows, rated=True)) == expected


def test_three_labels_stay_what_the_file_holds(spark: SparkSession) -> None:
    rows = [(f"text {place}", label) for place, label in enumerate(["good", "Good", "good", "bad", "so so"])]
    assert _verdicts(_judged(spark, rows)) == ["good", "good", "good", "bad", "so so"]
