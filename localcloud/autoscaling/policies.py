"""Scaling policies: Put, Describe, Delete."""

import uuid
from typing import Any

from localcloud.autoscaling.alarms import PolicyAlarms
from localcloud.autoscaling.resource import (
    KEYS,
    METRIC,
    Resource,
    needs_alarms,
    not_found,
    resource,
    target_arn,
)
from localcloud.awsjson import Request, ServiceError, action
from localcloud.store import Document, Store, now

KIND = "ScalingPolicy"
TARGET = "ScalableTarget"
_ARN = (
    "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{id}:resource/sagemaker/{resource}"
    ":policyName/{name}"
)


class ScalingPolicies:
    """Every target tracking policy."""

    def __init__(self, store: Store, alarms: PolicyAlarms) -> None:
        self._store, self._alarms = store, alarms

    @action("PutScalingPolicy", target_arn, keys=KEYS, needs=needs_alarms("DescribeAlarms", "PutMetricAlarm"))
    def put(self, request: Request) -> dict[str, Any]:
        """Keep a metric of a variant at a value, from now on."""
        where, asked = resource(request), request.parameters
        tracking = _check(asked)
        if self._store.find(TARGET, where.id) is None:
            raise not_found("No scalable target registered", where)
        name = f"{where.id}/{asked['PolicyName']}"
        policy = self._store.find(KIND, name) or _new(request, where)
        policy["TargetTrackingScalingPolicyConfiguration"] = tracking
        policy["Alarms"] = self._alarms.put(where, policy)
        self._store.remove(KIND, name)
        self._store.add(KIND, name, policy)
        return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}

    @action("DescribeScalingPolicies", keys=KEYS)
    def describe(self, request: Request) -> dict[str, Any]:
        """The policies, or those of the names and the resource that are asked for."""
        asked = request.parameters
        names, wanted = asked.get("PolicyNames"), asked.get("ResourceId")
        found = [
            policy
            for policy in self._store.all(KIND)
            if (not names or policy["PolicyName"] in names) and wanted in (None, policy["ResourceId"])
        ]
        return {"ScalingPolicies": found}

    @action("DeleteScalingPolicy", target_arn, keys=KEYS, needs=needs_alarms("DeleteAlarms"))
    def delete(self, request: Request) -> dict[str, Any]:
        """Forget a policy, and its alarms."""
        where, name = resource(request), request.parameters["PolicyName"]
        policy = self._store.remove(KIND, f"{where.id}/{name}")
        if policy is None:
            raise not_found("No scaling policy found", where, f", policy name: {name}")
        self._alarms.delete(policy)
        return {}

    def forget(self, where: Resource) -> None:
        """Delete every policy of a variant."""
        for policy in self._store.all(KIND):
            if policy["ResourceId"] == where.id:
                self._store.remove(KIND, f"{where.id}/{policy['PolicyName']}")
                self._alarms.delete(policy)


def _check(asked: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a policy that this cloud can follow."""
    tracking: dict[str, Any] = asked.get("TargetTrackingScalingPolicyConfiguration", {})
    metric = tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    if asked.get("PolicyType") != "TargetTrackingScaling" or metric != METRIC:
        sentence = f"The local cloud follows policies of type TargetTrackingScaling on {METRIC} only."
        raise ServiceError("ValidationException", sentence)
    if tracking["TargetValue"] <= 0:
        raise ServiceError("ValidationException", "TargetValue must be greater than 0.")
    return tracking


def _new(request: Request, where: Resource) -> Document:
    name = request.parameters["PolicyName"]
    arn = _ARN.format(
        region=request.region, account=request.account, id=uuid.uuid4(), resource=where.id, name=name
    )
    return {
        **where.members,
        "PolicyName": name,
        "PolicyARN": arn,
        "PolicyType": "TargetTrackingScaling",
        "CreationTime": now(),
    }
