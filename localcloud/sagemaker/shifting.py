"""What a DeploymentConfig asks for: the steps in which traffic shifts, and what AWS refuses of it.

After https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html and
API_DeploymentConfig, API_TrafficRoutingConfig, deployment-guardrails-exclusions.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.awsjson import ServiceError

_MAXIMUM_SECONDS = 28_800


@dataclass(frozen=True)
class Step:
    """The new fleet gets `share` (0 to 1) of the requests, and is watched for `seconds`."""

    share: float
    seconds: float
    setting: str
    capacity: str
    """How AWS's status messages call what is switched on: canary capacity, full capacity."""

    def switched_on(self, count: int) -> str:
        """What gets traffic, of a variant of `count` instances."""
        return f"{self.capacity} of {max(1, math.ceil(self.share * count))} instance(s)"


@dataclass(frozen=True)
class Plan:
    """One deployment: its steps, and the alarms that end it."""

    steps: Sequence[Step]
    alarms: Sequence[str]


def plan(deployment: dict[str, Any], running: Sequence[str], variants: Sequence[dict[str, Any]]) -> Plan:
    """The plan of a DeploymentConfig for an endpoint whose `running` variants become `variants`."""
    if "RollingUpdatePolicy" in deployment:
        _refuse("The local cloud updates endpoints blue/green only; RollingUpdatePolicy is not supported.")
    policy = deployment.get("BlueGreenUpdatePolicy", {})
    routing = policy.get("TrafficRoutingConfiguration", {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0})
    alarms = [
        alarm["AlarmName"] for alarm in deployment.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    ]
    if routing["Type"] != "ALL_AT_ONCE":
        _check_variants(running, variants)
    baking = policy.get("TerminationWaitInSeconds", 0)
    full = Step(1.0, baking, "TerminationWaitInSeconds", "full capacity")
    steps = [*_partial(routing, variants), full]
    timeout = policy.get("MaximumExecutionTimeoutInSeconds", _MAXIMUM_SECONDS)
    if sum(step.seconds for step in steps) >= timeout:
        _refuse("MaximumExecutionTimeoutInSeconds must be larger than the total waiting time.")
    # Once it is larger it cannot be reached: a container that starts too slowly has a limit of its own here.
    return Plan(steps, alarms)


def _partial(routing: dict[str, Any], variants: Sequence[dict[str, Any]]) -> list[Step]:
    """The steps before all traffic is shifted."""
    wait = routing["WaitIntervalInSeconds"]
    if routing["Type"] == "CANARY":
        share = _share(routing, "CanarySize", variants, least=0.0)
        return [Step(share, wait, "WaitIntervalInSeconds", "canary capacity")]
    if routing["Type"] == "LINEAR":
        share = _share(routing, "LinearStepSize", variants, least=0.1)
        shares = [number * share for number in range(1, math.ceil(1 / share - 1e-9))]
        return [Step(part, wait, "WaitIntervalInSeconds", "capacity") for part in shares]
    return []


def _share(routing: dict[str, Any], member: str, variants: Sequence[dict[str, Any]], least: float) -> float:
    """A capacity size as a share of the traffic, within AWS's limits."""
    if member not in routing:
        _refuse(f"{member} is required for traffic routing type {routing['Type']}.")
    size = routing[member]
    whole = 100 if size["Type"] == "CAPACITY_PERCENT" else min(_count(variant) for variant in variants)
    share = float(size["Value"] / whole)
    if not least <= share <= 0.5:
        bounds = "10-50%" if least else "less than or equal to 50%"
        _refuse(f"{member} must be {bounds} of the variant's total instance count.")
    return share


def _check_variants(running: Sequence[str], variants: Sequence[dict[str, Any]]) -> None:
    if sorted(running) != sorted(variant["VariantName"] for variant in variants):
        _refuse(
            "The new endpoint configuration must have the same variant names as the old one "
            "to shift traffic in steps."
        )
    # AWS's list of exclusions does not name them for blue/green; a share of no instances means nothing here.
    if any("ServerlessConfig" in variant for variant in variants):
        _refuse("The local cloud shifts the traffic of serverless endpoints ALL_AT_ONCE only.")


def _count(variant: dict[str, Any]) -> int:
    return int(variant.get("InitialInstanceCount", 1))


def _refuse(sentence: str) -> None:
    raise ServiceError("ValidationException", sentence)
