"""A run's life with its events lost, repeated, late and out of order: it always ends the same.

Schedules come from seeds. LIFE_SCHEDULES=100 tries more of them than the few that are always tried.
"""

import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from marquee import clients
from marquee.ledger.release_lock import ReleaseLock
from marquee.stages import RunMoved
from tests.unit.functions.conftest import Pipeline, etl_event, reader, training_event, write_archives
from tests.unit.marquee.doubles import LambdaDouble

SEEDS = range(int(os.environ.get("LIFE_SCHEDULES", "8")))
FATES = ["live", "rejected", "training fails", "etl fails"]
BATCH = "marquee-dev-batch-123456789012-us-east-1"
PATHS = {
    "live": ["RECEIVED", "PREPARING", "TRAINING", "JUDGING", "RELEASING", "LIVE"],
    "rejected": ["RECEIVED", "PREPARING", "TRAINING", "JUDGING", "REJECTED"],
    "training fails": ["RECEIVED", "PREPARING", "TRAINING", "FAILED"],
    "etl fails": ["RECEIVED", "PREPARING", "FAILED"],
}
NOTICES = {"live": "live", "rejected": "rejected", "training fails": "failed", "etl fails": "failed"}
Event = tuple[str, dict[str, Any]]


class World:
    """AWS around the functions: what may happen next, in the order that a seed draws."""

    def __init__(self, pipeline: Pipeline, seed: int) -> None:
        self._pipeline = pipeline
        self._draw = random.Random(seed)
        self._fate = FATES[seed % len(FATES)]
        self._in_flight: list[Event] = []
        self._done: list[str] = []
        self._ended: set[str] = set()

    def drop(self) -> None:
        self._emit("receive_upload", self._pipeline.upload())

    def step(self) -> None:
        """Let one thing happen; whatever is on its way may also come much later."""
        happenings = [*self._services(), *map(self._delivery, range(len(self._in_flight)))]
        happenings += [self._reconcile, self._repeat]
        self._draw.choice(happenings)()

    def settle(self) -> None:
        """All that is still on its way arrives, and the reconciler has its time."""
        while self._in_flight:
            self._delivery(0)()
        for _ in range(8):
            self._reconcile()
            for happening in self._services():
                happening()
            if self._pipeline.ledger.runs() and not list(self._pipeline.ledger.open()):
                return

    def _emit(self, function: str, *events: dict[str, Any]) -> None:
        for event in events:
            copies = self._draw.choice([0, 1, 1, 2, 5])
            self._in_flight += [(function, event)] * copies

    def _delivery(self, index: int) -> Callable[[], None]:
        def deliver() -> None:
            function, event = self._in_flight.pop(index)
            self._pipeline.call(function, event)

        return deliver

    def _reconcile(self) -> None:
        sweep = self._draw.random() < 0.3 or not self._pipeline.ledger.runs()
        self._pipeline.call("reconcile", {"quiet_seconds": 0, "sweep": sweep, "older_than_seconds": -1})

    def _services(self) -> Iterator[Callable[[], None]]:
        if self._has_execution("prepare-dataset") and "prepare" not in self._done:
            yield self._prepare
        for run in self._pipeline.glue.runs:
            if run["JobRunState"] == "RUNNING":
                yield self._end_etl
        for job in self._pipeline.sagemaker.jobs.values():
            if job["TrainingJobStatus"] == "InProgress":
                yield self._end_training
        if self._has_execution("release-model") and "release" not in self._done:
            yield self._release

    def _has_execution(self, machine: str) -> bool:
        arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:marquee-dev-{machine}"
        return bool(clients.stepfunctions().list_executions(stateMachineArn=arn)["executions"])

    @property
    def _payload(self) -> dict[str, str]:
        (run,) = self._pipeline.ledger.runs()
        return {"run_id": run.run_id, "attempt_id": run.attempt_id}

    def _prepare(self) -> None:
        self._done.append("prepare")
        self._pipeline.call("start_etl", self._payload)

    def _end_etl(self) -> None:
        (job_run,) = self._pipeline.glue.runs
        if self._fate == "etl fails":
            self._pipeline.glue.finish(job_run["Id"], "FAILED", "DatasetRefused: too few rows")
            self._emit("fail_run", etl_event(job_run["Id"], "FAILED"))
            return
        self._pipeline.prepare(self._payload)
        event = etl_event(job_run["Id"], "SUCCEEDED")
        self._emit("start_training", event)
        self._emit("catalog_dataset", event)

    def _end_training(self) -> None:
        (job,) = self._pipeline.sagemaker.jobs
        if self._fate == "training fails":
            self._pipeline.sagemaker.finish_job(job, "Failed", "AlgorithmError: out of memory")
            self._emit("fail_run", training_event(job, "failed"))
        else:
            accuracy = 0.5 if self._fate == "rejected" else 1.0
            write_archives(job, accuracy, reader(accuracy))
            self._pipeline.sagemaker.answers[job] = reader(accuracy)
            self._pipeline.sagemaker.finish_job(job)
            self._emit("start_release", training_event(job, "completed"))
        self._emit("start_training", training_event(job, "completed"))

    def _release(self) -> None:
        self._done.append("release")
        self._pipeline.release(self._payload)

    def _repeat(self) -> None:
        """A step of a machine is called again although it was done: its first answer never arrived."""
        if not self._done:
            return
        names = {"prepare": ["start_etl"], "release": ["judge_candidate", "deploy_model", "promote_model"]}
        for name in names[self._draw.choice(self._done)]:
            try:
                self._pipeline.call(name, self._payload)
            except RunMoved:
                continue


@pytest.fixture(autouse=True)
def functions(aws: None) -> Iterator[LambdaDouble]:
    with LambdaDouble().answering(clients.functions()) as double:
        yield double


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_ends_as_it_should_whatever_becomes_of_its_events(
    pipeline: Pipeline, table: str, seed: int
) -> None:
    clients.s3().create_bucket(Bucket=BATCH)
    world, fate = World(pipeline, seed), FATES[seed % len(FATES)]
    world.drop()
    for _ in range(12):
        world.step()
    world.settle()
    (run,) = pipeline.ledger.runs()
    assert [change.stage for change in run.history] == PATHS[fate]
    assert [notice["outcome"] for notice in pipeline.inbox()] == [NOTICES[fate]]
    assert len(pipeline.glue.runs) == 1
    assert len(pipeline.sagemaker.jobs) == (0 if fate == "etl fails" else 1)
    assert len(pipeline.sagemaker.packages) == (1 if fate in ("live", "rejected") else 0)
    assert len(pipeline.sagemaker.configs) == (1 if fate == "live" else 0)
    assert (list(pipeline.ledger.open()), ReleaseLock(table).holder()) == ([], "")
