"""The whole job on files in folders that stand for buckets."""

import gzip
import json
import socket
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from etl.errors import DatasetRefused, spark_causes_in_words
from etl.job import Job
from etl.pipeline import prepare_dataset
from etl.reading import read_upload
from tests.integration.glue.dirty_reviews import as_csv, as_json_lines, dirty_rows, gzipped
from tests.integration.glue.reference_etl import reference

JOB = Job("run-1", "run-1", "raw", "raw/reviews.csv", "curated", minimum_rows=20)


class Prepared:
    """What a job wrote for an attempt."""

    def __init__(self, buckets: Path, attempt: str = "run-1") -> None:
        self._root, self._dataset = buckets / "curated", f"dataset={attempt}"

    @property
    def files(self) -> list[Path]:
        return sorted((self._root / "curated" / self._dataset).rglob("*.parquet"))

    @property
    def kept(self) -> list[tuple[str, str, str, str | None]]:
        return [
            (path.parent.name.removeprefix("split="), row["review_id"], row["review"], row["label"])
            for path in self.files
            for row in pq.ParquetFile(path).read().to_pylist()
        ]

    @property
    def refused(self) -> list[dict[str, Any]]:
        files = (self._root / "quarantine" / self._dataset).glob("*.json.gz")
        return [json.loads(line) for path in files for line in gzip.open(path, "rt", encoding="utf-8")]

    def report(self, name: str) -> Any:
        return json.loads((self._root / "reports" / self._dataset / name).read_text(encoding="utf-8"))


def _run(spark: SparkSession, buckets: Path, data: bytes, key: str = JOB.raw_key, **changes: Any) -> Prepared:
    path = buckets / "raw" / key
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    job = replace(JOB, raw_key=key, **changes)
    prepare_dataset(spark, job)
    return Prepared(buckets, job.attempt_id)


def test_dirty_rows_end_where_a_second_implementation_puts_them(spark: SparkSession, buckets: Path) -> None:
    # given dirty rows, some of which repeat others with another label
    rows = dirty_rows(3000, seed=7)
    # when the job prepares them
    made = _run(spark, buckets, b"\xef\xbb\xbf" + as_csv(rows))
    # then every row is kept, with its id, or refused, with its reason, exactly as the reference says
    expected = reference(rows)
    assert set(made.kept) == expected.kept
    assert {row["row"]: row["reason"] for row in made.refused} == expected.refused
    # and none is lost, and none is there twice
    manifest = made.report("manifest.json")
    assert manifest["rows_in"] == len(rows) == len(made.kept) + len(made.refused)
    assert sum(manifest["rows_out"].values()) + sum(manifest["rows_refused"].values()) == len(rows)
    ids = [review_id for _, review_id, _, _ in made.kept]
    assert len(set(ids)) == len(ids)
    assert set(manifest["rows_refused"]) == {"conflicting_label", "duplicate", "empty_text", "near_duplicate"}


def test_a_text_is_in_the_same_split_of_every_dataset(spark: SparkSession, buckets: Path) -> None:
    rows = dirty_rows(1500, seed=3)
    whole = _run(spark, buckets, as_csv(rows), attempt_id="whole")
    half = _run(spark, buckets, as_json_lines(rows[::-2]), "raw/half.jsonl", attempt_id="half")
    where = {review_id: split for split, review_id, _, label in whole.kept if label}
    both = [(split, where[name]) for split, name, _, label in half.kept if label and name in where]
    assert len(both) > 200
    assert all(one == other for one, other in both)


def test_formats_make_the_same_dataset_and_a_rerun_replaces_it(spark: SparkSession, buckets: Path) -> None:
    rows = dirty_rows(400, seed=5)
    made = _run(spark, buckets, gzipped(as_csv(rows)), "raw/a.csv.gz", attempt_id="format")
    kept, digest = sorted(map(str, made.kept)), made.report("manifest.json")["dataset_digest"]
    again = _run(spark, buckets, gzipped(as_json_lines(rows)), "raw/a.ndjson.gz", attempt_id="format")
    assert sorted(map(str, again.kept)) == kept
    assert again.report("manifest.json")["dataset_digest"] == digest


def test_files_are_few_and_shuffled(spark: SparkSession, buckets: Path) -> None:
    rows = [(f"film number {number} is bad", "neg") for number in range(300)]
    rows += [(f"film number {number} is good", "pos") for number in range(300)]
    made = _run(spark, buckets, as_csv(rows), attempt_id="order")
    assert max(Counter(path.parent for path in made.files).values()) <= 2
    labels = "".join(label[0] for split, _, _, label in made.kept if split == "train" and label)
    assert "p" * 30 not in labels and "n" * 30 not in labels


def test_an_upload_that_breaks_rules_leaves_reports_and_no_dataset(
    spark: SparkSession, buckets: Path
) -> None:
    rows = [(f"text {number}", "pos") for number in range(10)]
    with pytest.raises(DatasetRefused) as refusal:
        _run(spark, buckets, as_csv(rows), attempt_id="refused", minimum_rows=100)
    first = "Only 10 labelled rows are left after cleaning; at least 100 are needed (MinimumRows)."
    assert str(refusal.value).startswith(first)
    made = Prepared(buckets, "refused")
    broken = [rule["name"] for rule in made.report("quality.json")["rules"] if not rule["passed"]]
    assert broken[:2] == ["MinimumRows", "MinimumLabels"]
    assert made.files == []


@pytest.mark.parametrize(
    ("key", "data", "sentence"),
    [
        ("raw/empty.csv", b"", "The upload is empty."),
        ("raw/columns.csv", b"id,when\n1,2\n", "no text column"),
        ("raw/cut.csv.gz", gzipped(as_csv(dirty_rows(2000, seed=2)))[:-4000], "cut off"),
        ("raw/plain.csv.gz", as_csv(dirty_rows(5, seed=2)), "no gzip file"),
        ("raw/odd.parquet", b"this is not what its name says", "no Parquet file"),
        ("raw/notes.txt", b"text", "is none of .csv"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    spark: SparkSession, buckets: Path, key: str, data: bytes, sentence: str
) -> None:
    with pytest.raises(DatasetRefused, match=sentence):
        _run(spark, buckets, data, key)


def test_storage_that_does_not_answer_is_not_the_files_fault(spark: SparkSession) -> None:
    with socket.socket() as closed:  # bound, not listening: every connection is refused
        closed.bind(("127.0.0.1", 0))
        uri = f"webhdfs://127.0.0.1:{closed.getsockname()[1]}/raw/reviews.parquet"
        with pytest.raises(Py4JJavaError, match="Connection refused"), spark_causes_in_words():
            read_upload(spark, uri)


def test_quotes_newlines_and_ragged_rows_of_a_csv(spark: SparkSession, buckets: Path) -> None:
    rows = [(f"review {number}", "pos" if number % 2 else "neg") for number in range(2000)]
    lines = as_csv(rows) + b'"He said ""wow"", twice,\r\n\r\nthen left",pos\r\n' + b"too,many,columns\r\n"
    made = _run(spark, buckets, lines, attempt_id="quotes")
    assert 'He said "wow", twice, then left' in {review for _, _, review, _ in made.kept}
    assert [(row["row"], row["reason"]) for row in made.refused] == [(2002, "malformed_row")]
