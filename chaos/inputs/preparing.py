"""Puts cases through the transforms of the ETL job, and compares what is left with what was expected.

Many cases go through Spark together: a file of 160 rows costs it as much as one of 16,000. Each is read by
itself, as the job reads it. From there the high bits of `row` say whose row it is, and spellings and keys are
parted by it, so that no case knows of another's labels and texts.
"""

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from chaos.inputs.case import MINIMUM_ROWS, Case, Expected, RefusedByJob, Rows
from etl.errors import DatasetRefused, spark_causes_in_words
from etl.labels import LabelPlan, plan_labels
from etl.quality import check_quality, quality_rules
from etl.reading import Upload, read_upload
from etl.rows import clean_rows, judge_keys, label_rows
from etl.tally import Tally, count_groups, tally_of

_BITS = 40


def differences(spark: SparkSession, raw: Path, cases: Sequence[Case]) -> dict[str, str]:
    """Say of each title how the job's result differs from what was expected, "" if it does not.

    `raw` is the folder that the session reaches as s3://raw.
    """
    # Whom the job refuses while it reads would take the others with him.
    alone = [case for case in cases if isinstance(case.expected, RefusedByJob)]
    found = _difference_of_many(spark, raw, [case for case in cases if case not in alone])
    for case in alone:
        found |= _difference_of_many(spark, raw, [case])
    return found


def _difference_of_many(spark: SparkSession, raw: Path, cases: Sequence[Case]) -> dict[str, str]:
    if not cases:
        return {}
    try:
        with _placed(raw, cases) as uris, spark_causes_in_words():
            return _together(spark, uris, cases)
    except DatasetRefused as refusal:
        if len(cases) == 1:
            return {cases[0].title: _refusal_difference(cases[0].expected, str(refusal))}
    # One of them cannot be read, which nobody expected; nobody says which.
    half = len(cases) // 2
    return _difference_of_many(spark, raw, cases[:half]) | _difference_of_many(spark, raw, cases[half:])


@contextmanager
def _placed(raw: Path, cases: Sequence[Case]) -> Iterator[list[str]]:
    """The files in folders of their own while the block runs; gives their URIs."""
    for number, case in enumerate(cases):
        path = raw / "raw" / str(number) / case.name
        path.parent.mkdir(parents=True)
        path.write_bytes(case.content)
    try:
        yield [f"s3://raw/raw/{number}/{case.name}" for number, case in enumerate(cases)]
    finally:
        shutil.rmtree(raw / "raw")


def _together(spark: SparkSession, uris: Sequence[str], cases: Sequence[Case]) -> dict[str, str]:
    read = [read_upload(spark, uri) for uri in uris]
    marked = (_of_owner(upload.rows, owner) for owner, upload in enumerate(read))
    # Kept as read, else Spark would plan the cleaning once for each of them.
    rows = reduce(DataFrame.unionByName, marked).persist()
    cleaned = clean_rows(rows).withColumn("spelling", F.concat(_owner(), F.lit(" "), "spelling")).persist()
    plan, refused = _plans(read)
    parted = label_rows(cleaned, plan).withColumn("key", F.concat("key", F.lit(" "), _owner()))
    judged = judge_keys(parted).withColumn("owner", _owner()).persist()
    tallies, texts = _tallies(judged), _kept_texts(judged, cases)
    for frame in (judged, cleaned, rows, *(upload.rows for upload in read)):
        frame.unpersist()
    return {
        case.title: _refusal_difference(case.expected, refused[owner])
        if owner in refused
        else _difference(case.expected, tallies.get(owner) or tally_of(()), texts[owner])
        for owner, case in enumerate(cases)
    }


def _owner() -> Column:
    """The number of the case that a row is of."""
    return F.shiftright("row", _BITS)


def _of_owner(rows: DataFrame, owner: int) -> DataFrame:
    return rows.withColumn("row", F.col("row") + F.lit(owner << _BITS))


def _plans(read: Sequence[Upload]) -> tuple[LabelPlan, dict[int, str]]:
    """One plan for all spellings, and why the labels of an owner make none."""
    labels, neutral, refused = dict[str, str](), set[str](), dict[int, str]()
    for owner, upload in enumerate(read):
        try:
            plan = plan_labels(upload.spellings, upload.columns.rated)
        except DatasetRefused as refusal:
            refused[owner] = str(refusal)
            continue
        labels |= {f"{owner} {spelling}": label for spelling, label in plan.labels.items()}
        neutral |= {f"{owner} {spelling}" for spelling in plan.neutral}
    return LabelPlan(labels, frozenset(neutral)), refused


def _tallies(judged: DataFrame) -> dict[int, Tally]:
    groups = count_groups(judged, "owner").collect()
    return {
        owner: tally_of(group for group in groups if group["owner"] == owner)
        for owner in {group["owner"] for group in groups}
    }


def _kept_texts(judged: DataFrame, cases: Sequence[Case]) -> list[set[str]]:
    texts: list[set[str]] = [set() for _ in cases]
    wanted = {text for case in cases if isinstance(case.expected, Rows) for text in case.expected.texts}
    if wanted:
        kept = judged.where("reason is null").where(judged.review.isin(*wanted))
        for row in kept.select("owner", "review").collect():
            texts[row["owner"]].add(row["review"])
    return texts


def _difference(expected: Expected, counts: Tally, texts: set[str]) -> str:
    try:
        check_quality(quality_rules(counts, MINIMUM_ROWS))
    except DatasetRefused as refusal:
        return _refusal_difference(expected, str(refusal))
    labels: Counter[str] = Counter()
    for (_, label), number in counts.kept.items():
        labels[label] += number
    made = Rows(dict(labels), dict(counts.refused))
    if not isinstance(expected, Rows):
        return f"made {made}, where {expected} was expected"
    if missing := set(expected.texts) - texts:
        return f"the texts {missing} are missing"
    wanted = Rows(expected.kept, expected.refused)
    return "" if made == wanted else f"made {made}, not {wanted}"


def _refusal_difference(expected: Expected, said: str) -> str:
    if isinstance(expected, RefusedByJob) and expected.words in said:
        return ""
    return f"refused with {said!r}, where {expected} was expected"
