"""Puts a case through the transforms of the ETL job, and compares what is left with what was expected."""

from collections import Counter
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from chaos.inputs.case import MINIMUM_ROWS, Case, Expected, RefusedByJob, Rows
from etl.errors import DatasetRefused, spark_causes_in_words
from etl.labels import count_spellings, plan_labels
from etl.quality import check_quality, quality_rules
from etl.reading import read_upload
from etl.rows import clean_rows, judge_rows
from etl.tally import tally


def difference(spark: SparkSession, raw: Path, case: Case) -> str:
    """Say how the job's result differs from what was expected, "" if it does not.

    `raw` is the folder that the session reaches as s3://raw.
    """
    path = raw / "raw" / case.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(case.content)
    try:
        made, texts = _prepared(spark, f"s3://raw/raw/{case.name}", case.expected)
    except DatasetRefused as refusal:
        return _refusal_difference(case.expected, str(refusal))
    finally:
        path.unlink()
    if not isinstance(case.expected, Rows):
        return f"made {made}, where {case.expected} was expected"
    if missing := set(case.expected.texts) - texts:
        return f"the texts {missing} are missing"
    wanted = Rows(case.expected.kept, case.expected.refused)
    return "" if made == wanted else f"made {made}, not {wanted}"


def _prepared(spark: SparkSession, uri: str, expected: Expected) -> tuple[Rows, set[str]]:
    with spark_causes_in_words():
        rows, columns = read_upload(spark, uri)
        cleaned = clean_rows(rows).persist()
        plan = plan_labels(count_spellings(cleaned), columns.rated)
    judged = judge_rows(cleaned, plan).persist()
    counts = tally(judged)
    try:
        check_quality(quality_rules(counts, MINIMUM_ROWS))
        labels: Counter[str] = Counter()
        for (_, label), number in counts.kept.items():
            labels[label] += number
        wanted = expected.texts if isinstance(expected, Rows) else ()
        return Rows(dict(labels), dict(counts.refused)), _kept_texts(judged, wanted)
    finally:
        judged.unpersist()
        cleaned.unpersist()


def _kept_texts(judged: DataFrame, wanted: tuple[str, ...]) -> set[str]:
    if not wanted:
        return set()
    kept = judged.where("reason is null").where(judged.review.isin(*wanted))
    return {row["review"] for row in kept.select("review").collect()}


def _refusal_difference(expected: Expected, said: str) -> str:
    if isinstance(expected, RefusedByJob) and expected.words in said:
        return ""
    return f"refused with {said!r}, where {expected} was expected"
