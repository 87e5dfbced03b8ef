"""Job runs: Start, Get, List, Stop."""

import secrets
import threading
from collections.abc import Callable
from typing import Any, Protocol

from localcloud.awsjson import Request, ServiceError, action
from localcloud.glue.events import Events
from localcloud.glue.jobs import NAMED, Jobs
from localcloud.glue.listing import page
from localcloud.glue.settings import GlueSettings
from localcloud.glue.spark_run import Outcome
from localcloud.store import Document, Store, now

KIND = "JobRun"
_DPUS = {"G.025X": 0.25, "G.1X": 1.0, "G.2X": 2.0, "G.4X": 4.0, "G.8X": 8.0}
_LAST = ("SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED")


class Work(Protocol):
    """The work of one job run: localcloud.glue.spark_run.SparkRun, unless another was plugged in."""

    def run(self) -> Outcome:
        """Do the work; gives how it ended, whatever happens."""

    def stop(self) -> None:
        """End the work; from another thread, at any time."""


StartRun = Callable[[Document, Document], Work]
"""(job, job run) -> the work of that run, not begun yet"""


class JobRuns:
    """Every job run of the cloud; `start` makes the work of one."""

    def __init__(
        self, store: Store, jobs: Jobs, events: Events, settings: GlueSettings, start: StartRun
    ) -> None:
        self._store, self._jobs, self._events, self._start = store, jobs, events, start
        self._parallel_runs = settings.parallel_runs
        self._works: dict[str, Work] = {}
        self._working: dict[str, str] = {}
        self._turn = threading.Condition()

    @action("StartJobRun", NAMED)
    def start(self, request: Request) -> dict[str, Any]:
        """Accept a run and start its work."""
        job = self._jobs.find(request.parameters["JobName"])
        run = _document(job, request.parameters)
        work = self._start(job, run)
        with self._turn:
            self._check_concurrency(job)
            self._store.add(KIND, run["Id"], run)
            self._works[run["Id"]] = work
        name = f"run {run['Id'][:11]}"
        threading.Thread(target=self._run, args=(job, run["Id"], work), name=name, daemon=True).start()
        return {"JobRunId": run["Id"]}

    @action("GetJobRun", NAMED)
    def get(self, request: Request) -> dict[str, Any]:
        """Everything about a run."""
        return {"JobRun": self._find(request.parameters["JobName"], request.parameters["RunId"])}

    @action("GetJobRuns", NAMED)
    def get_all(self, request: Request) -> dict[str, Any]:
        """The runs of a job, newest first."""
        job = self._jobs.find(request.parameters["JobName"])
        return page(request, "JobRuns", self._of(job["Name"])[::-1])

    @action("BatchStopJobRun", NAMED)
    def stop(self, request: Request) -> dict[str, Any]:
        """Ask runs to end."""
        name = request.parameters["JobName"]
        accepted, refused = [], []
        for run_id in request.parameters["JobRunIds"]:
            about = {"JobName": name, "JobRunId": run_id}
            try:
                self._stop(name, run_id)
                accepted.append(about)
            except ServiceError as error:
                detail = {"ErrorCode": error.code, "ErrorMessage": error.message}
                refused.append({**about, "ErrorDetail": detail})
        return {"SuccessfulSubmissions": accepted, "Errors": refused}

    def _run(self, job: Document, run_id: str, work: Work) -> None:
        outcome = Outcome("FAILED", "Error Category: INTERNAL_ERROR; The run broke off, see the cloud's log.")
        try:
            self._wait_for_turn(job, run_id)
            self._enter(run_id, "RUNNING", StartedOn=now())
            outcome = work.run()
        finally:
            with self._turn:
                self._works.pop(run_id)
                self._working.pop(run_id, None)
                self._turn.notify_all()
            run = self._enter(run_id, outcome.state, ErrorMessage=outcome.message, CompletedOn=now())
            if run:
                self._events.job_run(run)

    def _wait_for_turn(self, job: Document, run_id: str) -> None:
        most = _most_runs(job)

        def has_room() -> bool:
            of_job = sum(name == job["Name"] for name in self._working.values())
            stopping = self._find(job["Name"], run_id)["JobRunState"] == "STOPPING"
            return stopping or (len(self._working) < self._parallel_runs and of_job < most)

        with self._turn:
            if not has_room():
                self._enter(run_id, "WAITING")
                self._turn.wait_for(has_room)
            self._working[run_id] = job["Name"]

    def _stop(self, name: str, run_id: str) -> None:
        run = self._find(name, run_id)
        if not self._enter(run_id, "STOPPING"):
            state = run["JobRunState"]
            raise ServiceError("InvalidInputException", f"Job Run cannot be stopped. It is in state {state}.")
        with self._turn:
            work = self._works.get(run_id)
            self._turn.notify_all()
        if work:
            work.stop()

    def _enter(self, run_id: str, state: str, **changes: Any) -> Document | None:
        def edit(run: Document) -> bool:
            return _transition(run, state, changes)

        return self._store.change(KIND, run_id, edit)

    def _find(self, name: str, run_id: str) -> Document:
        run = self._store.find(KIND, run_id)
        if run is None or run["JobName"] != name:
            raise ServiceError("EntityNotFoundException", f"Job run {run_id} of job {name} is not found.")
        return run

    def _of(self, name: str) -> list[Document]:
        return [run for run in self._store.all(KIND) if run["JobName"] == name]

    def _check_concurrency(self, job: Document) -> None:
        busy = [run for run in self._of(job["Name"]) if run["JobRunState"] not in _LAST]
        if len(busy) >= _most_runs(job) and not job["JobRunQueuingEnabled"]:
            raise ServiceError(
                "ConcurrentRunsExceededException", f"Concurrent runs exceeded for {job['Name']}"
            )


def _most_runs(job: Document) -> int:
    most: int = job["ExecutionProperty"].get("MaxConcurrentRuns") or 1
    return most


def _document(job: Document, asked: Document) -> Document:
    at = now()
    worker: str = asked.get("WorkerType") or job["WorkerType"]
    workers: int = asked.get("NumberOfWorkers") or job["NumberOfWorkers"]
    return {
        "Id": f"jr_{secrets.token_hex(32)}",
        "Attempt": 0,
        "JobName": job["Name"],
        "JobMode": "SCRIPT",
        "StartedOn": at,
        "LastModifiedOn": at,
        "JobRunState": "STARTING",
        "Arguments": asked.get("Arguments", {}),
        "ErrorMessage": "",
        "PredecessorRuns": [],
        "ExecutionTime": 0,
        "MaxCapacity": _dpus(worker, workers),
        "Timeout": asked.get("Timeout", job["Timeout"]),
        "WorkerType": worker,
        "NumberOfWorkers": workers,
        "ExecutionClass": asked.get("ExecutionClass", job["ExecutionClass"]),
        "GlueVersion": job["GlueVersion"],
        "LogGroupName": "/aws-glue/jobs",
    }


def _dpus(worker: str, workers: int) -> float:
    """The capacity that AWS would bill, in DPUs."""
    return _DPUS.get(worker, 1.0) * workers


def _transition(run: Document, state: str, changes: Document) -> bool:
    """Move a run on in place; False when it cannot go there from where it is."""
    was = run["JobRunState"]
    if was in _LAST or (was == "STOPPING" and state not in _LAST):
        return False
    at = now()
    run.update(changes, JobRunState=state, LastModifiedOn=at)
    if state in _LAST:
        run["ExecutionTime"] = round(at - run["StartedOn"])
    return True
