"""A variant's instances."""

from collections.abc import Mapping

import pytest

from localcloud.sagemaker.container_process import ContainerUnavailable, Reply
from localcloud.sagemaker.variant import Variant

CONFIG = {"VariantName": "v", "InitialInstanceCount": 1}


class Instance:
    """An instance that answers with its number until it is stopped."""

    def __init__(self, number: int) -> None:
        self.number, self.ready, self.in_flight, self.stopped = number, True, 0, False

    def post(self, _body: bytes, _headers: Mapping[str, str]) -> Reply:
        if self.stopped:
            raise ContainerUnavailable("gone")
        return Reply(200, {}, str(self.number).encode())

    def stop(self, _drain: float) -> None:
        self.stopped = True


class Machines:
    def __init__(self, limit: int) -> None:
        self.started: list[Instance] = []
        self.variant = Variant(CONFIG, "role", self._launch, limit)  # type: ignore[arg-type]

    def _launch(self, number: int) -> Instance:
        self.started.append(Instance(number))
        return self.started[-1]

    def ask(self) -> str:
        return self.variant.post(b"", {}).body.decode()


def test_as_many_instances_run_as_are_wanted_up_to_the_machines_limit() -> None:
    machines = Machines(limit=2)

    machines.variant.scale(5)

    assert len(machines.started) == 2
    assert machines.variant.summary()["CurrentInstanceCount"] == 5


def test_a_request_goes_to_the_instance_that_is_up_and_least_busy() -> None:
    machines = Machines(limit=3)
    machines.variant.scale(3)
    down, busy, free = machines.started
    down.ready, busy.in_flight = False, 4

    assert machines.ask() == str(free.number)


def test_a_request_of_an_instance_that_was_scaled_in_just_then_is_answered_by_another() -> None:
    machines = Machines(limit=2)
    machines.variant.scale(2)
    first, second = machines.started
    first.in_flight = 9
    post = second.post

    def scaled_in_meanwhile(_body: bytes, _headers: Mapping[str, str]) -> Reply:
        machines.variant.scale(1)
        return post(_body, _headers)

    second.post = scaled_in_meanwhile  # type: ignore[method-assign]

    assert machines.ask() == str(first.number)
    assert second.stopped


def test_an_instance_that_died_fails_its_request() -> None:
    machines = Machines(limit=1)
    machines.variant.scale(1)
    machines.started[0].stopped = True

    with pytest.raises(ContainerUnavailable, match="gone"):
        machines.ask()
