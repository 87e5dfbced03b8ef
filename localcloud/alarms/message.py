"""What an alarm tells an SNS topic, in the shape of AWS's own messages."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session

_SUBJECT = 100
"""Characters of an SNS subject (API_Publish)."""


def subject(alarm: Mapping[str, Any], state: str) -> str:
    """ALARM: "name" in US East (N. Virginia)."""
    return f'{state}: "{alarm["AlarmName"]}" in {_region_name(_region(alarm))}'[:_SUBJECT]


def body(alarm: Mapping[str, Any], old_state: str, state: str, reason: str, at: float) -> str:
    """The message; `at` is the time of the change in seconds since the epoch."""
    message = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription") or None,
        "AWSAccountId": alarm["AlarmArn"].split(":")[4],
        "AlarmConfigurationUpdatedTimestamp": _time(alarm.get("AlarmConfigurationUpdatedTimestamp", at)),
        "NewStateValue": state,
        "NewStateReason": reason,
        "StateChangeTime": _time(at),
        "Region": _region_name(_region(alarm)),
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": old_state,
        "OKActions": alarm.get("OKActions", []),
        "AlarmActions": alarm.get("AlarmActions", []),
        "InsufficientDataActions": alarm.get("InsufficientDataActions", []),
    }
    return json.dumps({**message, **({"Trigger": _trigger(alarm)} if "MetricName" in alarm else {})})


def _trigger(alarm: Mapping[str, Any]) -> dict[str, Any]:
    extended = alarm.get("ExtendedStatistic")
    statistic = (
        {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": extended}
        if extended
        else {"StatisticType": "Statistic", "Statistic": _upper_snake(alarm["Statistic"])}
    )
    return {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        **statistic,
        "Unit": alarm.get("Unit"),
        "Dimensions": [
            {"value": dimension["Value"], "name": dimension["Name"]} for dimension in alarm["Dimensions"]
        ],
        "Period": alarm["Period"],
        "EvaluationPeriods": alarm["EvaluationPeriods"],
        "DatapointsToAlarm": alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]),
        "ComparisonOperator": alarm["ComparisonOperator"],
        "Threshold": alarm["Threshold"],
        "TreatMissingData": alarm.get("TreatMissingData", "missing"),
        "EvaluateLowSampleCountPercentile": "",
    }


def _upper_snake(statistic: str) -> str:
    return "SAMPLE_COUNT" if statistic == "SampleCount" else statistic.upper()


def _region(alarm: Mapping[str, Any]) -> str:
    return str(alarm["AlarmArn"].split(":")[3])


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


@cache
def _region_name(region: str) -> str:
    """US East (N. Virginia) for us-east-1."""
    endpoints = botocore.session.get_session().get_data("endpoints")
    for partition in endpoints["partitions"]:
        if found := partition["regions"].get(region):
            return str(found["description"])
    return region
