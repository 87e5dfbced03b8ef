"""What the next steps must know of a dataset without opening it."""

from collections.abc import Mapping

from etl.job import Job
from etl.tally import Tally

_SCHEMA = {"review_id": "string", "review": "string", "label": "string"}


def manifest(job: Job, upload_digest: str, tally: Tally, seconds: Mapping[str, float]) -> dict[str, object]:
    """manifest.json (docs/architecture.md, "Glue job"); rows_in is the sum of rows_out and rows_refused."""
    return {
        "run_id": job.run_id,
        "attempt_id": job.attempt_id,
        "upload": {"bucket": job.raw_bucket, "key": job.raw_key, "digest": upload_digest},
        "rows_in": tally.rows_in,
        "rows_out": tally.rows_out,
        "rows_refused": dict(sorted(tally.refused.items())),
        "labels": tally.labels,
        "schema": _SCHEMA,
        "dataset_digest": tally.digest,
        "seconds": dict(seconds),
    }
