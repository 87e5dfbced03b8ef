"""One upload becomes one dataset."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pyspark.sql import SparkSession

from etl.errors import spark_causes_in_words
from etl.files import sha256_of, write_json
from etl.job import Job
from etl.labels import plan_labels
from etl.manifest import manifest
from etl.quality import check_quality, quality_report, quality_rules
from etl.reading import read_upload
from etl.rows import clean_rows, judge_rows
from etl.tally import Tally, tally
from etl.unchanged import check_unchanged
from etl.writing import Places, write_dataset, write_quarantine

_KEPT_AS_THEY_ARE = ("spark.sql.inMemoryColumnarStorage.compressed", "false")
"""No two texts are alike: Spark would look for a dictionary of them whenever it keeps rows."""


@dataclass
class Stopwatch:
    """Seconds each step of a job took."""

    job: Job
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the block as the step `name`, and print a line of JSON."""
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 2)
        known = {"run_id": self.job.run_id, "attempt_id": self.job.attempt_id}
        print(json.dumps({**known, "step": name, "seconds": self.seconds[name]}), flush=True)


def prepare_dataset(spark: SparkSession, job: Job) -> Tally:
    """Write dataset, quarantine and reports of an upload; DatasetRefused when a quality rule is broken.

    The quarantine and the reports are written for a refused upload too: they show what is wrong with it.
    """
    upload, places = f"s3://{job.raw_bucket}/{job.raw_key}", Places(job.curated_bucket, job.attempt_id)
    watch = Stopwatch(job)
    spark.conf.set(*_KEPT_AS_THEY_ARE)
    check_unchanged(job)
    with spark_causes_in_words(), watch.step("read and clean"):
        read = read_upload(spark, upload)
        plan = plan_labels(read.spellings, read.columns.rated)
    with watch.step("judge"):
        judged = judge_rows(clean_rows(read.rows), plan).persist()
        counts = tally(judged)
        read.rows.unpersist()
    rules = quality_rules(counts, job.minimum_rows)
    with watch.step("write"):
        write_quarantine(judged, places.quarantine)
        write_json(spark, places.report("quality.json"), quality_report(rules))
        check_quality(rules)
        write_dataset(judged, counts, places.dataset)
    document = manifest(job, sha256_of(spark, upload), counts, watch.seconds)
    check_unchanged(job)
    write_json(spark, places.report("manifest.json"), document)
    return counts
