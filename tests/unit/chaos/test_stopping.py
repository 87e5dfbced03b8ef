"""What is to be stopped by hand is stopped as soon as it works, and not taken for stopped before."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from chaos import stopping
from chaos.errands import Undone
from chaos.journeys import GOOD, RELEASE_STOPPED
from chaos.stopping import stop_what_is_to_be_stopped
from chaos.trial import Flight, Trial

RUN = "slow-1-0123456789"


class Machine:
    """A stage whose release begins after some looks."""

    def __init__(self, looks: int) -> None:
        self.looks, self.stopped, self.passes = looks, list[str](), 0
        self.stage = self.account = self
        self.outputs = {"ReleaseModelArn": "machine"}

    def client(self, service: str) -> "Machine":
        assert service == "stepfunctions"
        return self

    def list_executions(self, **_: str) -> dict[str, Any]:
        self.looks -= 1
        held = [RUN] if self.looks <= 0 else ["another"]
        return {"executions": [{"name": name, "executionArn": f"arn {name}"} for name in held]}

    def stop_execution(self, executionArn: str, **_: str) -> None:
        self.stopped.append(executionArn)

    def reconcile(self) -> None:
        self.passes += 1


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(stopping, "_PAUSE", 0.0)
    yield


def stop(machine: Machine) -> None:
    flights = [
        Flight("", GOOD, "raw/good.csv", "good-1-0"),
        Flight("", RELEASE_STOPPED, "raw/slow.csv", RUN),
    ]
    stop_what_is_to_be_stopped(cast(Trial, machine), flights)


def test_it_waits_until_the_work_began_and_reconciles_meanwhile() -> None:
    machine = Machine(looks=3)

    stop(machine)

    assert machine.stopped == [f"arn {RUN}"]
    assert machine.passes == 2


def test_what_never_worked_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "_SECONDS", 0.0)

    with pytest.raises(Undone, match=r"raw/slow\.csv"):
        stop(Machine(looks=10**9))
