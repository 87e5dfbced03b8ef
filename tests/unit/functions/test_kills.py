"""A function that dies right after a call has changed something is run again, and nothing is done twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from marquee import clients
from marquee.ledger import Stage
from tests.unit.functions.conftest import Pipeline
from tests.unit.marquee.doubles import GlueDouble, SageMakerDouble

CHANGES = [
    "StartExecution",
    "StartJobRun",
    "CreateTrainingJob",
    "CreateModelPackage",
    "CreateModel",
    "CreateEndpointConfig",
    "CreateEndpoint",
    "UpdateModelPackage",
    "PutObject",
    "Publish",
]


class Killed(BaseException):
    """What nothing catches: the process is gone."""


class Mortal(Pipeline):
    """Functions die after the first answer to `operation`, and are called again as their callers do."""

    operation = ""
    deaths = 0
    alive = False

    def call(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        try:
            with self._mortal():
                return super().call(function, event)
        except Killed:
            return super().call(function, event)

    def kill(self, model: Any, **_: Any) -> None:
        if self.alive and not self.deaths and model.name == self.operation:
            self.deaths += 1
            raise Killed

    @contextmanager
    def _mortal(self) -> Iterator[None]:
        self.alive = True
        try:
            yield
        finally:
            self.alive = False


@pytest.fixture
def mortal(
    pipeline: Pipeline, table: str, sagemaker: SageMakerDouble, glue: GlueDouble, queue: str
) -> Iterator[Mortal]:
    mortal = Mortal(table, sagemaker, glue, queue)
    every = clients.s3, clients.sns, clients.glue, clients.glue_once, clients.sagemaker, clients.stepfunctions
    services = [client() for client in every]
    for service in services:
        service.meta.events.register("after-call", mortal.kill)
    yield mortal
    for service in services:
        service.meta.events.unregister("after-call", mortal.kill)


@pytest.mark.parametrize("operation", CHANGES)
def test_a_death_after_a_change_changes_nothing(mortal: Mortal, operation: str) -> None:
    mortal.operation = operation
    run = mortal.go_live()
    assert (run.stage, mortal.deaths) == (Stage.LIVE, 1)
    assert len(mortal.glue.runs) == len(mortal.sagemaker.jobs) == len(mortal.sagemaker.packages) == 1
    assert [notice["outcome"] for notice in mortal.inbox()] == ["live"]
    assert mortal.call("reconcile", {"quiet_seconds": 0}) == {}
