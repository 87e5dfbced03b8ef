"""The Glue job: an upload of reviews becomes a dataset (docs/architecture.md, "Glue job")."""

import sys

from awsglue.utils import getResolvedOptions
from pyspark.sql import SparkSession

from etl.job import Job
from etl.pipeline import prepare_dataset

_ARGUMENTS = ["run_id", "attempt_id", "raw_bucket", "raw_key", "curated_bucket", "minimum_rows"]


def main() -> None:
    """Run the job with the arguments Glue hands over."""
    held = getResolvedOptions(sys.argv, _ARGUMENTS)
    job = Job(**{name: held[name] for name in _ARGUMENTS[:-1]}, minimum_rows=int(held["minimum_rows"]))
    prepare_dataset(SparkSession.builder.appName("prepare_dataset").getOrCreate(), job)


if __name__ == "__main__":
    main()
