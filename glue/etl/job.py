"""What a run of the job is asked to do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """The arguments of the Glue job; `raw_etag` is the upload's, "" if it is not to be compared."""

    run_id: str
    attempt_id: str
    raw_bucket: str
    raw_key: str
    curated_bucket: str
    minimum_rows: int
    raw_etag: str = ""
