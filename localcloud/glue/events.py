"""Glue's events, in the shape of AWS's own examples.

https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html and
https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-glue.html. AWS emits them as best effort;
this cloud emits each once.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from localcloud.store import Document

Emit = Callable[[str, str, Mapping[str, Any], Sequence[str]], str]
"""(source, detail type, detail, resources) -> event id"""

_SEVERITY = {"SUCCEEDED": "INFO", "STOPPED": "INFO", "TIMEOUT": "WARN", "FAILED": "ERROR"}
_MESSAGE = {"SUCCEEDED": "Job run succeeded", "STOPPED": "Job run stopped", "TIMEOUT": "Job run timed out"}


class Events:
    """Tells the default event bus what crawlers and job runs did."""

    def __init__(self, emit: Emit, account: str, region: str) -> None:
        self._emit, self._account, self._region = emit, account, region

    def job_run(self, run: Document) -> None:
        """A job run reached one of its last states."""
        name, run_id, state = run["JobName"], run["Id"], run["JobRunState"]
        failure = (
            f"JobName:{name} and JobRunId:{run_id} failed to execute with exception {run['ErrorMessage']}"
        )
        detail = {
            "jobName": name,
            "severity": _SEVERITY[state],
            "state": state,
            "jobRunId": run_id,
            "message": _MESSAGE.get(state, failure),
        }
        self._emit("aws.glue", "Glue Job State Change", detail, [])

    def crawler_started(self, name: str) -> None:
        """A crawl began."""
        self._crawler(name, "Started", {"startTime": _time()})

    def crawler_succeeded(self, name: str, seconds: float, changes: Mapping[str, int], stream: str) -> None:
        """A crawl ended well; `changes` are its counts, such as {"tablesCreated": 1}."""
        counts = {kind: str(number) for kind, number in changes.items()}
        detail = {
            **counts,
            "tablesDeleted": "0",
            "partitionsDeleted": "0",
            "warningMessage": "N/A",
            "runningTime (sec)": str(round(seconds)),
            "completionDate": _time(),
            "cloudWatchLogLink": self._link(stream),
        }
        self._crawler(name, "Succeeded", detail)

    def crawler_failed(self, name: str, reason: str, stream: str) -> None:
        """A crawl ended badly."""
        self._crawler(name, "Failed", {"errorMessage": reason, "cloudWatchLogLink": self._link(stream)})

    def _crawler(self, name: str, state: str, detail: Mapping[str, str]) -> None:
        said = {
            "accountId": self._account,
            "crawlerName": name,
            "state": state,
            "message": f"Crawler {state}",
        }
        self._emit("aws.glue", "Glue Crawler State Change", {**said, **detail}, [])

    def _link(self, stream: str) -> str:
        home = f"https://console.aws.amazon.com/cloudwatch/home?region={self._region}"
        return f"{home}#logEventViewer:group=/aws-glue/crawlers;stream={stream}"


def _time() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
