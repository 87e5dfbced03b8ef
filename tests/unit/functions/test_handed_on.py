"""What the reconciler hands on by an event comes late, comes twice, or can never be done."""

from collections.abc import Iterator
from typing import Any

import pytest

from marquee import clients
from marquee.ledger.release_lock import ReleaseLock
from marquee.releases.lease import LEASE_SECONDS
from tests.unit.functions.conftest import Pipeline
from tests.unit.marquee.doubles import LambdaDouble

ABANDONED = {
    "rollback#1": ("roll_back", {"version": "1", "resume": True}),
    "traffic#1=10": ("share_traffic", {"version": "1", "percent": 10, "resume": True}),
}


@pytest.fixture
def functions(aws: None) -> Iterator[LambdaDouble]:
    with LambdaDouble().answering(clients.functions()) as double:
        yield double


@pytest.fixture
def lock(pipeline: Pipeline) -> ReleaseLock:
    """The lease, with two champions that it is about."""
    for accuracy in (0.9, 0.91):
        pipeline.crown(accuracy)
    return ReleaseLock(pipeline.table)


def handed_on(pipeline: Pipeline, functions: LambdaDouble) -> tuple[str, dict[str, Any]]:
    functions.sent.clear()
    pipeline.call("reconcile", {"quiet_seconds": 0})
    (call,) = functions.sent
    return call


@pytest.mark.parametrize("holder", ABANDONED)
def test_an_event_that_comes_when_all_is_over_changes_nothing(
    pipeline: Pipeline, lock: ReleaseLock, functions: LambdaDouble, holder: str
) -> None:
    lock.acquire(holder, LEASE_SECONDS)
    call = handed_on(pipeline, functions)
    assert call == ABANDONED[holder]
    lock.free(holder)
    assert pipeline.call(*call)["status"] == "done"
    assert lock.holder() == ""
    assert not pipeline.sagemaker.asked("UpdateEndpoint")


@pytest.mark.parametrize(("holder", "says"), [("rollback#7", "kept"), ("traffic#1=10", "serverless")])
def test_what_can_never_be_done_gives_the_lease_back(
    pipeline: Pipeline, lock: ReleaseLock, functions: LambdaDouble, holder: str, says: str
) -> None:
    lock.acquire(holder, LEASE_SECONDS)
    with pytest.raises(Exception, match=says):
        pipeline.call(*handed_on(pipeline, functions))
    assert lock.holder() == ""
