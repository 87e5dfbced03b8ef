"""What a DeploymentConfig asks for, and what is refused of it."""

from typing import Any

import pytest

from localcloud.awsjson import ServiceError
from localcloud.sagemaker.shifting import plan

VARIANT = {"VariantName": "v", "InitialInstanceCount": 4, "InstanceType": "ml.m5.large"}


def deployment(kind: str, baking: int = 0, timeout: int = 3600, **routing: Any) -> dict[str, Any]:
    wait = {"WaitIntervalInSeconds": 30}
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, **wait, **routing},
            "TerminationWaitInSeconds": baking,
            "MaximumExecutionTimeoutInSeconds": timeout,
        }
    }


def size(kind: str, value: int) -> dict[str, Any]:
    return {"Type": kind, "Value": value}


def steps(config: dict[str, Any]) -> list[tuple[float, float]]:
    return [(round(step.share, 6), step.seconds) for step in plan(config, ["v"], [VARIANT]).steps]


def test_without_a_policy_all_traffic_shifts_at_once() -> None:
    assert steps({}) == [(1.0, 0)]


def test_all_at_once_bakes_for_the_termination_wait() -> None:
    assert steps(deployment("ALL_AT_ONCE", baking=60)) == [(1.0, 60)]


def test_a_canary_shifts_in_two_steps() -> None:
    config = deployment("CANARY", baking=60, CanarySize=size("CAPACITY_PERCENT", 10))
    assert steps(config) == [(0.1, 30), (1.0, 60)]


@pytest.mark.parametrize(
    ("value", "shares"), [(50, [0.5, 1.0]), (30, [0.3, 0.6, 0.9, 1.0]), (25, [0.25, 0.5, 0.75, 1.0])]
)
def test_a_linear_shift_goes_on_until_all_is_shifted(value: int, shares: list[float]) -> None:
    config = deployment("LINEAR", LinearStepSize=size("CAPACITY_PERCENT", value))
    assert [share for share, _ in steps(config)] == shares


def test_instances_are_a_share_of_the_variants_instances() -> None:
    config = deployment("CANARY", CanarySize=size("INSTANCE_COUNT", 1))
    found = plan(config, ["v"], [VARIANT])

    assert found.steps[0].share == 0.25
    assert found.steps[0].switched_on(4) == "canary capacity of 1 instance(s)"


def test_the_alarms_of_the_rollback_are_read() -> None:
    alarms = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}, {"AlarmName": "b"}]}}
    assert plan(alarms, ["v"], [VARIANT]).alarms == ["a", "b"]


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (deployment("CANARY"), "CanarySize is required"),
        (deployment("LINEAR"), "LinearStepSize is required"),
        (deployment("CANARY", CanarySize=size("CAPACITY_PERCENT", 51)), "less than or equal to 50%"),
        (deployment("CANARY", CanarySize=size("INSTANCE_COUNT", 3)), "less than or equal to 50%"),
        (deployment("LINEAR", LinearStepSize=size("CAPACITY_PERCENT", 9)), "10-50%"),
        (deployment("ALL_AT_ONCE", baking=600, timeout=600), "larger than the total waiting time"),
        ({"RollingUpdatePolicy": {}}, "RollingUpdatePolicy is not supported"),
    ],
)
def test_what_aws_refuses(config: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ServiceError, match=sentence):
        plan(config, ["v"], [VARIANT])


def test_traffic_shifts_in_steps_between_variants_of_the_same_names_with_instances_only() -> None:
    config = deployment("CANARY", CanarySize=size("CAPACITY_PERCENT", 10))
    serverless = {"VariantName": "v", "ServerlessConfig": {}}

    with pytest.raises(ServiceError, match="same variant names"):
        plan(config, ["other"], [VARIANT])
    with pytest.raises(ServiceError, match="serverless"):
        plan(config, ["v"], [serverless])
    assert plan(deployment("ALL_AT_ONCE"), ["other"], [serverless]).steps
