"""The ETL job's runs and the crawlers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from marquee import clients
from marquee.services.errors import code_of, is_missing, is_throttled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import JobRunTypeDef

# Runs are listed newest first; an attempt's run is looked for among the latest of them.
_RUNS_LOOKED_AT = 1000
# What Glue puts before an exception's own words: its category, the line, the exception's class.
_GLUE_PREFIX = re.compile(r"^(Error Category: [^;]+; ?)?(Failed Line Number: \d+; ?)?([A-Za-z]\w*: )?")
# Frames of a Java stack trace, and all behind the first: of use in the job's log, not in a notice.
_JAVA_FRAMES = re.compile(
    r"\s+at [\w.$/]+\.[\w$<>]+\((Native Method|Unknown Source|[\w$]+\.(java|scala)).*", re.DOTALL
)
_LONGEST = 600
"""Characters of Glue's words that are kept as a run's reason: Spark puts its whole query plan into some."""

_BUSY = ("ConcurrentRunsExceededException", "ResourceNumberLimitExceededException")
# JobRunState (Glue API reference, JobRun).
ETL_WORKING = ("STARTING", "RUNNING", "STOPPING", "WAITING")
ETL_BROKEN = ("FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED")


class EtlBusy(Exception):
    """Glue takes no run of the job now, try again later; says what is waited for."""


@dataclass(frozen=True)
class EtlJobRun:
    """One run of the ETL job; `seconds` is what Glue bills, on `dpus` data processing units."""

    job_run_id: str
    state: str
    attempt_id: str
    error: str
    seconds: int
    dpus: float


class EtlJob:
    """The Glue job that makes datasets."""

    def __init__(self, name: str, client: GlueClient | None = None) -> None:
        self._name = name
        self._client = client or clients.glue()
        self._starting = client or clients.glue_once()

    def start(self, arguments: Mapping[str, str]) -> str:
        """Start a run and return its id; EtlBusy if too many run already.

        Asked once: where no answer comes the step fails, and its next try looks for the run first (`find`).
        """
        try:
            return self._starting.start_job_run(JobName=self._name, Arguments=arguments)["JobRunId"]
        except ClientError as error:
            if code_of(error) in _BUSY or is_throttled(error):
                message = f"a concurrent run of {self._name} to end ({code_of(error)})"
                raise EtlBusy(message) from error
            raise

    def get(self, job_run_id: str) -> EtlJobRun:
        """Return one run as Glue sees it now."""
        return _run(self._client.get_job_run(JobName=self._name, RunId=job_run_id)["JobRun"])

    def find(self, attempt_id: str) -> EtlJobRun | None:
        """Return the newest run made for an attempt, or None."""
        runs = islice(self._newest(), _RUNS_LOOKED_AT)
        return next((run for run in runs if run.attempt_id == attempt_id), None)

    def at_work(self, before: datetime) -> Iterator[EtlJobRun]:
        """Yield the runs at work that were started before a moment, among the latest."""
        for page in self._client.get_paginator("get_job_runs").paginate(
            JobName=self._name, PaginationConfig={"MaxItems": _RUNS_LOOKED_AT}
        ):
            for run in page["JobRuns"]:
                if run["JobRunState"] in ETL_WORKING and run["StartedOn"] < before:
                    yield _run(run)

    def stop(self, job_run_id: str) -> None:
        """Ask Glue to stop a run; one that ended already stays as it is."""
        self._client.batch_stop_job_run(JobName=self._name, JobRunIds=[job_run_id])

    def _newest(self) -> Iterator[EtlJobRun]:
        for page in self._client.get_paginator("get_job_runs").paginate(JobName=self._name):
            yield from (_run(run) for run in page["JobRuns"])


def _run(run: JobRunTypeDef) -> EtlJobRun:
    return EtlJobRun(
        run["Id"],
        run["JobRunState"],
        run.get("Arguments", {}).get("--attempt_id", ""),
        _words(run.get("ErrorMessage", "")),
        run.get("ExecutionTime", 0),
        run.get("MaxCapacity", 0.0),
    )


def _words(message: str) -> str:
    """What an ErrorMessage says to a person."""
    said = _JAVA_FRAMES.sub("", _GLUE_PREFIX.sub("", message))
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]} ... (the job's log has the rest)"


def start_crawler(name: str, client: GlueClient | None = None) -> bool:
    """Start a crawler; False while it runs already or Glue is asked too often."""
    try:
        (client or clients.glue()).start_crawler(Name=name)
    except ClientError as error:
        if code_of(error) == "CrawlerRunningException" or is_throttled(error):
            return False
        raise
    return True


@dataclass(frozen=True)
class FailedCrawl:
    """A crawler's last crawl, which failed; `started_at` is ISO 8601 and tells it from others."""

    crawler: str
    started_at: str
    error: str


def failed_crawl(name: str, client: GlueClient | None = None) -> FailedCrawl | None:
    """Return the last crawl of a crawler if it failed; None also where there is no such crawler."""
    try:
        crawler = (client or clients.glue()).get_crawler(Name=name)["Crawler"]
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    last = crawler.get("LastCrawl", {})
    if last.get("Status") != "FAILED":
        return None
    return FailedCrawl(name, last["StartTime"].isoformat(), last.get("ErrorMessage") or "")
