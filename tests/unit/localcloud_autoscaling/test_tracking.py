"""Target tracking on alarms that a test sets, of a variant that only counts its instances."""

import json
from typing import Any

import pytest

from localcloud.autoscaling.activities import Activities
from localcloud.autoscaling.resource import Resource
from localcloud.autoscaling.tracking import Tracking
from localcloud.store import Store

WHERE = Resource("e", "v")
HIGH, LOW = "TargetTracking-high", "TargetTracking-low"


class CloudWatch:
    """Alarms in the states that a test sets; what is put is forgotten."""

    def __init__(self) -> None:
        self.ringing, self.value = "", 0.0

    def client(self, _service: str) -> "CloudWatch":
        return self

    def put_metric_data(self, **_: Any) -> None:
        pass

    def describe_alarms(self, AlarmNames: list[str]) -> dict[str, Any]:
        data = json.dumps({"recentDatapoints": [self.value]})
        states = {name: "ALARM" if name == self.ringing else "OK" for name in AlarmNames}
        alarms = [
            {"AlarmName": name, "StateValue": state, "StateReasonData": data}
            for name, state in states.items()
        ]
        return {"MetricAlarms": alarms}


class Variants:
    def __init__(self) -> None:
        self.count = 2

    def instances(self, _where: Resource) -> int:
        return self.count

    def scale(self, _where: Resource, count: int) -> None:
        self.count = count


class Scaled:
    """A variant between 1 and 6 instances, to be kept at 100 invocations per instance and minute."""

    def __init__(self, **policy: Any) -> None:
        self.store, self.cloudwatch, self.variants = Store(), CloudWatch(), Variants()
        configuration = {"TargetValue": 100.0, "ScaleOutCooldown": 0, "ScaleInCooldown": 0, **policy}
        self.policy = {
            **WHERE.members,
            "PolicyName": "p",
            "PolicyARN": "arn",
            "TargetTrackingScalingPolicyConfiguration": configuration,
            "Alarms": [{"AlarmName": HIGH}, {"AlarmName": LOW}],
        }
        self.target: dict[str, Any] = {**WHERE.members, "MinCapacity": 1, "MaxCapacity": 6}
        self.tracking = Tracking(
            self.store,
            self.cloudwatch,  # type: ignore[arg-type]
            self.variants,  # type: ignore[arg-type]
            Activities(self.store),
            scale=1.0,
        )
        self.tracking.close()

    def ring(self, alarm: str, value: float) -> int:
        """The instances after an alarm with a metric's value."""
        self.cloudwatch.ringing, self.cloudwatch.value = alarm, value
        self.tracking.follow(self.policy, self.target)
        return self.variants.count


@pytest.mark.parametrize(
    ("alarm", "value", "count"),
    [(HIGH, 150, 3), (HIGH, 1000, 6), (LOW, 20, 1), (LOW, 0, 1), ("", 1000, 2), (LOW, 150, 2), (HIGH, 90, 2)],
)
def test_capacity_follows_the_metric_between_its_bounds(alarm: str, value: float, count: int) -> None:
    assert Scaled().ring(alarm, value) == count


def test_after_scaling_it_waits_for_the_cooldown() -> None:
    scaled = Scaled(ScaleOutCooldown=60)

    assert [scaled.ring(HIGH, 150), scaled.ring(HIGH, 150)] == [3, 3]


def test_scaling_in_can_be_disabled_and_either_way_suspended() -> None:
    assert Scaled(DisableScaleIn=True).ring(LOW, 0) == 2
    suspended = Scaled()
    suspended.target["SuspendedState"] = {"DynamicScalingOutSuspended": True}
    assert (suspended.ring(HIGH, 500), suspended.ring(LOW, 0)) == (2, 1)


def test_what_was_done_is_recorded_with_its_cause() -> None:
    scaled = Scaled()
    scaled.ring(HIGH, 150)

    (activity,) = scaled.store.all("ScalingActivity")
    assert activity["Description"] == "Setting desired instance count to 3."
    assert activity["Cause"] == f"monitor alarm {HIGH} in state ALARM triggered policy p"
