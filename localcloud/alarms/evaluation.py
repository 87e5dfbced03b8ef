"""The state of an alarm, from its datapoints.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html, "Evaluating an alarm"
and "Configuring how alarms treat missing data", whose tables are the tests.
"""

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"

_EXTRA_PERIODS = 2
"""AWS looks at more periods than EvaluationPeriods; its examples of 3 look at 5."""

_OPERATORS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}

Datapoint = float | None
"""A period's statistic; None where the period has no data."""


@dataclass(frozen=True)
class Verdict:
    """The state that an alarm belongs in, and why."""

    state: str
    reason: str


def evaluation_range(alarm: Mapping[str, Any]) -> int:
    """How many periods an alarm looks back."""
    return int(alarm["EvaluationPeriods"]) + _EXTRA_PERIODS


def verdict(alarm: Mapping[str, Any], datapoints: Sequence[Datapoint]) -> Verdict | None:
    """The state for the datapoints of the evaluation range, newest first; None to keep the state it is in."""
    if alarm["ComparisonOperator"] not in _OPERATORS:
        return None  # anomaly detection: what band there would be, nobody here knows
    periods = int(alarm["EvaluationPeriods"])
    needed = int(alarm.get("DatapointsToAlarm") or periods)
    present = [value for value in datapoints if value is not None][:periods]
    missing, treatment = periods - len(present), alarm.get("TreatMissingData") or "missing"
    if not present:
        return _without_data(periods, treatment)
    breaches = _OPERATORS[alarm["ComparisonOperator"]][0]
    breaching = sum(breaches(value, float(alarm["Threshold"])) for value in present)
    if breaching + (missing if treatment == "breaching" else 0) >= needed:
        return Verdict(ALARM, _reason(alarm, present, needed, crossed=True))
    if missing and breaching == len(present) and treatment in ("missing", "ignore"):
        reason = _reason(alarm, present, needed, crossed=True)
        return Verdict(ALARM, reason) if treatment == "missing" else None
    return Verdict(OK, _reason(alarm, present, needed, crossed=False))


def reason_data(alarm: Mapping[str, Any], values: Sequence[Datapoint]) -> str:
    """The datapoints behind a state, oldest first, as DescribeAlarms' StateReasonData."""
    recent = [value for value in reversed(values) if value is not None]
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic")
    return json.dumps(
        {
            "version": "1.0",
            "statistic": statistic,
            "period": alarm["Period"],
            "recentDatapoints": recent,
            "threshold": alarm["Threshold"],
        }
    )


def _without_data(periods: int, treatment: str) -> Verdict | None:
    if treatment == "ignore":
        return None
    if treatment == "missing":
        return Verdict(INSUFFICIENT_DATA, f"Insufficient Data: {_number(periods, 'datapoint')} were unknown.")
    shown = "Breaching" if treatment == "breaching" else "NonBreaching"
    reason = (
        f"Threshold Crossed: no datapoints were received for {_number(periods, 'period')} and "
        f"{_number(periods, 'missing datapoint')} were treated as [{shown}]."
    )
    return Verdict(ALARM if treatment == "breaching" else OK, reason)


def _reason(alarm: Mapping[str, Any], present: Sequence[float], needed: int, crossed: bool) -> str:
    values = ", ".join(f"{value:g}" for value in present)
    words = _OPERATORS[alarm["ComparisonOperator"]][1]
    change = "OK -> ALARM" if crossed else "ALARM -> OK"
    return (
        f"Threshold Crossed: {_number(len(present), 'datapoint')} [{values}] "
        f"{'were' if crossed else 'were not'} {words} the threshold ({float(alarm['Threshold'])}) "
        f"(minimum {_number(needed, 'datapoint')} for {change} transition)."
    )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("s" if count > 1 else "")
