"""The Glue job: an upload of reviews becomes a dataset (docs/architecture.md, "Glue job")."""

import sys

from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

from etl.job import Job
from etl.pipeline import prepare_dataset

_ARGUMENTS = ["run_id", "attempt_id", "raw_bucket", "raw_key", "curated_bucket", "minimum_rows"]
_OPTIONAL = ["raw_etag"]


def main() -> None:
    """Run the job with the arguments Glue hands over."""
    given = [*_ARGUMENTS, *(name for name in _OPTIONAL if f"--{name}" in sys.argv)]
    held = getResolvedOptions(sys.argv, given)
    texts = {name: held[name] for name in given if name != "minimum_rows"}
    job = Job(**texts, minimum_rows=int(held["minimum_rows"]))
    prepare_dataset(SparkSession.builder.appName("prepare_dataset").getOrCreate(), job)


if __name__ == "__main__":
    main()
