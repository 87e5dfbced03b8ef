"""What the API of job runs says of work that only pretends to be Spark's."""

import asyncio
import json
import threading
from typing import Any

import pytest

from localcloud.awsjson import JsonService
from localcloud.glue.events import Events
from localcloud.glue.job_runs import JobRuns
from localcloud.glue.jobs import Jobs
from localcloud.glue.settings import GlueSettings
from localcloud.glue.spark_run import Outcome
from localcloud.store import Store

COMMAND = {"Name": "glueetl", "ScriptLocation": "s3://code/job.py"}


class Work:
    """A run that ends when the test says so."""

    def __init__(self) -> None:
        self.begun, self._ending, self._outcome = threading.Event(), threading.Event(), Outcome("SUCCEEDED")

    def run(self) -> Outcome:
        self.begun.set()
        assert self._ending.wait(5)
        return self._outcome

    def end(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._ending.set()

    def stop(self) -> None:
        self.end(Outcome("STOPPED"))


class Glue:
    """The two components over one store, and what they started and emitted."""

    def __init__(self, parallel_runs: int = 2) -> None:
        self.works: list[Work] = []
        self.emitted: list[dict[str, Any]] = []
        self._told = threading.Semaphore(0)
        store = Store()
        events = Events(self._emit, "123456789012", "us-east-1")
        jobs = Jobs(store)
        runs = JobRuns(store, jobs, events, GlueSettings(parallel_runs=parallel_runs), self._work)
        self._service = JsonService("glue", lambda *_: ("123456789012", "us-east-1"))
        self._service.add(jobs)
        self._service.add(runs)

    def __call__(self, action: str, **parameters: Any) -> dict[str, Any]:
        headers = {"x-amz-target": f"AWSGlue.{action}"}
        answer = self._service.handle("POST", "/", headers, json.dumps(parameters).encode(), {})
        status, _, body = asyncio.run(answer)
        document: dict[str, Any] = json.loads(body)
        if status != 200:
            raise AssertionError(f"{document['__type']}: {document['message']}")
        return document

    def job(self, **definition: Any) -> None:
        self("CreateJob", Name="job", Role="r", Command=COMMAND, **definition)

    def start(self) -> str:
        run_id: str = self("StartJobRun", JobName="job")["JobRunId"]
        return run_id

    def told(self) -> dict[str, Any]:
        assert self._told.acquire(timeout=5)
        return self.emitted[-1]

    def state(self, run_id: str) -> str:
        state: str = self("GetJobRun", JobName="job", RunId=run_id)["JobRun"]["JobRunState"]
        return state

    def _work(self, *_: Any) -> Any:
        self.works.append(Work())
        return self.works[-1]

    def _emit(self, _source: str, _type: str, detail: Any, _resources: Any) -> str:
        self.emitted.append(dict(detail))
        self._told.release()
        return "id"


def test_a_run_goes_through_its_states() -> None:
    glue = Glue()
    glue.job(NumberOfWorkers=3)
    run_id = glue.start()
    assert glue.works[0].begun.wait(5)
    assert glue.state(run_id) == "RUNNING"
    glue.works[0].end(Outcome("FAILED", "ValueError: no rows"))
    assert glue.told()["message"].endswith("failed to execute with exception ValueError: no rows")
    run = glue("GetJobRun", JobName="job", RunId=run_id)["JobRun"]
    assert (run["JobRunState"], run["ErrorMessage"], run["MaxCapacity"]) == (
        "FAILED",
        "ValueError: no rows",
        3.0,
    )
    assert run["CompletedOn"] >= run["StartedOn"]


def test_more_runs_than_allowed_are_refused_unless_the_job_queues() -> None:
    glue = Glue()
    glue.job()
    glue.start()
    with pytest.raises(AssertionError, match="ConcurrentRunsExceededException"):
        glue.start()
    glue(
        "UpdateJob", JobName="job", JobUpdate={"Role": "r", "Command": COMMAND, "JobRunQueuingEnabled": True}
    )
    glue.start()
    for work in glue.works:
        work.end(Outcome("SUCCEEDED"))
    assert {glue.told()["state"], glue.told()["state"]} == {"SUCCEEDED"}


def test_a_queueing_job_works_at_no_more_runs_than_its_limit() -> None:
    glue = Glue(parallel_runs=5)
    glue.job(JobRunQueuingEnabled=True)
    first, second = glue.start(), glue.start()
    assert glue.works[0].begun.wait(5)
    assert not glue.works[1].begun.wait(0.2)
    assert glue.state(second) == "WAITING"
    glue.works[0].end(Outcome("SUCCEEDED"))
    assert glue.works[1].begun.wait(5)
    assert glue.told()["jobRunId"] == first
    glue.works[1].end(Outcome("SUCCEEDED"))
    assert glue.told()["jobRunId"] == second


def test_a_stopped_run_ends_once_and_cannot_be_stopped_again() -> None:
    glue = Glue()
    glue.job()
    run_id = glue.start()
    assert glue.works[0].begun.wait(5)
    answer = glue("BatchStopJobRun", JobName="job", JobRunIds=[run_id, "jr_unknown"])
    assert [run["JobRunId"] for run in answer["SuccessfulSubmissions"]] == [run_id]
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    assert glue.told()["state"] == "STOPPED"
    again = glue("BatchStopJobRun", JobName="job", JobRunIds=[run_id])
    assert again["Errors"][0]["ErrorDetail"]["ErrorCode"] == "InvalidInputException"
    assert len(glue.emitted) == 1


def test_runs_come_newest_first_page_by_page() -> None:
    glue = Glue()
    glue.job(ExecutionProperty={"MaxConcurrentRuns": 3})
    runs = [glue.start() for _ in range(3)]
    page = glue("GetJobRuns", JobName="job", MaxResults=2)
    rest = glue("GetJobRuns", JobName="job", MaxResults=2, NextToken=page["NextToken"])
    assert [run["Id"] for run in page["JobRuns"] + rest["JobRuns"]] == runs[::-1]
    assert "NextToken" not in rest
    for work in glue.works:
        work.end(Outcome("SUCCEEDED"))


def test_what_this_cloud_cannot_do_is_refused() -> None:
    glue = Glue()
    with pytest.raises(AssertionError, match="Spark jobs"):
        glue(
            "CreateJob", Name="shell", Role="r", Command={"Name": "pythonshell", "ScriptLocation": "s3://a/b"}
        )
    with pytest.raises(AssertionError, match="EntityNotFoundException"):
        glue("StartJobRun", JobName="nobody")
