"""What a run of the job is asked to do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """The arguments of the Glue job."""

    run_id: str
    attempt_id: str
    raw_bucket: str
    raw_key: str
    curated_bucket: str
    minimum_rows: int
