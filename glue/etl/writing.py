"""Writes a judged upload where docs/architecture.md ("Glue job") says."""

import math
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from etl.row_numbers import numbered_through
from etl.splitting import review_id, shuffled
from etl.tally import Tally

_CHARACTERS_PER_FILE = 100_000_000
"""So many characters make Parquet files of some 60 MB: few to open, enough to read in parallel."""
_NO_MARKER = {"mapreduce.fileoutputcommitter.marksuccessfuljobs": "false"}
"""A _SUCCESS object tells nobody anything here: the manifest is what says that a dataset is whole."""


@dataclass(frozen=True)
class Places:
    """The prefixes and objects of one dataset in the curated bucket."""

    bucket: str
    attempt_id: str

    @property
    def dataset(self) -> str:
        """Prefix of the Parquet files, a folder per split."""
        return f"s3://{self.bucket}/curated/dataset={self.attempt_id}"

    @property
    def quarantine(self) -> str:
        """Prefix of the refused rows."""
        return f"s3://{self.bucket}/quarantine/dataset={self.attempt_id}"

    def report(self, name: str) -> str:
        """Object of a report such as "manifest.json"."""
        return f"s3://{self.bucket}/reports/dataset={self.attempt_id}/{name}"


def write_dataset(judged: DataFrame, tally: Tally, uri: str) -> None:
    """Write the kept rows, shuffled, as at least two Parquet files per split."""
    kept = judged.where("reason is null").select(
        review_id(F.col("key")).alias("review_id"),
        "review",
        "label",
        "split",
        shuffled(F.col("key")).alias("_order"),
    )
    files = max(2, math.ceil(tally.characters / _CHARACTERS_PER_FILE))
    # Rows are spread over partitions by key already: fewer partitions need no shuffle.
    ordered = kept.coalesce(files).sortWithinPartitions("split", "_order").drop("_order")
    ordered.write.mode("overwrite").options(**_NO_MARKER).partitionBy("split").parquet(uri)


def write_quarantine(judged: DataFrame, uri: str) -> None:
    """Write the refused rows with their reasons as JSON lines, gzipped."""
    refused = judged.where("reason is not null").select(
        "row", "reason", "review", F.col("spelling").alias("label")
    )
    numbered = numbered_through(refused, judged)
    numbered.coalesce(1).write.mode("overwrite").options(compression="gzip", **_NO_MARKER).json(uri)
