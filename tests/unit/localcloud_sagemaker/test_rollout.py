"""An update on its way, with alarms that a test sets."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from localcloud.sagemaker.fleet import Fleet
from localcloud.sagemaker.rollout import AlarmWatch, Rollout
from localcloud.sagemaker.shifting import Plan, Step
from localcloud.sagemaker.traffic import Traffic

BLUE, GREEN = Fleet("blue", []), Fleet("green", [])


class CloudWatch:
    """Alarms that are OK until the call `trips`."""

    def __init__(self, trips: int | None, failure: ClientError | None = None) -> None:
        self._trips, self._failure, self.calls = trips, failure, 0

    def describe_alarms(self, **_: Any) -> dict[str, Any]:
        self.calls += 1
        if self._failure:
            raise self._failure
        tripped = self._trips is not None and self.calls >= self._trips
        return {"MetricAlarms": [{"AlarmName": "a", "StateValue": "ALARM" if tripped else "OK"}]}


def run(cloudwatch: CloudWatch, *steps: Step) -> tuple[str, list[float], list[str]]:
    """The reason to roll back, the shares of the green fleet, and the stages that were told."""
    shares, told = list[float](), list[str]()

    def route(traffic: Traffic) -> None:
        shares.append(traffic.share)

    def tell(status: str, message: Callable[[int], str]) -> None:
        told.append(f"{status}: {message(4)}")

    watch = AlarmWatch(lambda: cloudwatch, ["a"])
    rollout = Rollout(Plan(steps, ["a"]), watch, 0.001, route, tell)
    return rollout.run(BLUE, GREEN), shares, told


def step(share: float, seconds: float = 10) -> Step:
    return Step(share, seconds, "WaitIntervalInSeconds", "canary capacity" if share < 1 else "full capacity")


def test_traffic_shifts_step_by_step_while_all_is_well() -> None:
    reason, shares, told = run(CloudWatch(trips=None), step(0.25), step(1.0, 0))

    assert (reason, shares) == ("", [0.25, 1.0])
    assert told == [
        "ActivatingTraffic: Activating traffic on canary capacity of 1 instance(s).",
        "Baking: Baking for 10 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity of "
        "1 instance(s).",
    ]


def test_an_alarm_while_the_canary_bakes_ends_it_there() -> None:
    reason, shares, _ = run(CloudWatch(trips=2), step(0.25), step(1.0))

    assert reason == "One or more configured alarm(s) in ALARM state: [a]"
    assert shares == [0.25]


def test_an_alarm_that_rings_already_lets_no_traffic_through() -> None:
    assert run(CloudWatch(trips=1), step(1.0))[1] == []


def test_an_alarm_after_the_last_step_without_a_wait_still_counts() -> None:
    assert run(CloudWatch(trips=2), step(1.0, seconds=0))[0]


def test_an_answer_of_cloudwatch_that_is_missing_undoes_nothing() -> None:
    throttled = ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "DescribeAlarms")

    assert run(CloudWatch(None, throttled), step(1.0))[0] == ""
