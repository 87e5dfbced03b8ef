"""The two alarms that Application Auto Scaling makes of a target tracking policy, named as it names them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.autoscaling.resource import Resource
from localcloud.clients import Clients


@dataclass(frozen=True)
class Kind:
    """One of the two: what it compares, with which share of the target, for how many minutes in a row."""

    name: str
    comparison: str
    share: float
    minutes: int


KINDS = (
    Kind("AlarmHigh", "GreaterThanThreshold", share=1.0, minutes=3),
    Kind("AlarmLow", "LessThanThreshold", share=0.9, minutes=15),
)


class PolicyAlarms:
    """Makes and deletes them."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def put(self, where: Resource, policy: Mapping[str, Any]) -> list[dict[str, str]]:
        """Make or change the alarms of a policy; gives their names and ARNs, the high one first."""
        target = policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
        arn = policy["PolicyARN"]
        _, _, _, region, account, _, identity, *_ = arn.split(":")
        made = []
        for kind in KINDS:
            name = f"TargetTracking-{where.id}-{kind.name}-{identity}"
            self._clients.client("cloudwatch").put_metric_alarm(
                AlarmName=name,
                AlarmDescription=f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {arn}.",
                AlarmActions=[arn],
                Namespace="AWS/SageMaker",
                MetricName="InvocationsPerInstance",
                Dimensions=where.dimensions,
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=kind.minutes,
                Threshold=target * kind.share,
                ComparisonOperator=kind.comparison,
            )
            made.append(
                {"AlarmName": name, "AlarmARN": f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"}
            )
        return made

    def delete(self, policy: Mapping[str, Any]) -> None:
        """Delete the alarms of a policy."""
        names = [alarm["AlarmName"] for alarm in policy["Alarms"]]
        self._clients.client("cloudwatch").delete_alarms(AlarmNames=names)
