"""Alarm states against the tables of CloudWatch's guide, "Configuring how alarms treat missing data"."""

from typing import Any

import pytest

from localcloud.alarms.datapoints import datapoints
from localcloud.alarms.evaluation import evaluation_range, verdict

OK, ALARM, UNKNOWN, KEEP = "OK", "ALARM", "INSUFFICIENT_DATA", None
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")


def alarm(**members: Any) -> dict[str, Any]:
    """Three of three datapoints over 0."""
    made = {
        "EvaluationPeriods": 3,
        "Threshold": 0.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "Statistic": "Sum",
        "Period": 60,
    }
    return made | members


def read(table: str) -> list[float | None]:
    """`0 - X`: no breach, missing, breach; oldest first as in the guide, newest first as evaluated."""
    return [{"0": 0.0, "X": 7.0, "-": None}[sign] for sign in reversed(table.split())]


@pytest.mark.parametrize(
    ("table", "states"),
    [
        ("0 - X - X", (OK, OK, OK, OK)),
        ("0 - - - -", (OK, OK, OK, OK)),
        ("- - - - -", (UNKNOWN, KEEP, ALARM, OK)),
        ("0 X X - X", (ALARM, ALARM, ALARM, ALARM)),
        ("- - X - -", (ALARM, KEEP, ALARM, OK)),
    ],
)
def test_three_of_three_datapoints(table: str, states: tuple[str | None, ...]) -> None:
    assert judged(table) == states


@pytest.mark.parametrize(
    ("table", "states"),
    [
        ("0 - X - X", (ALARM, ALARM, ALARM, ALARM)),
        ("0 0 X 0 X", (ALARM, ALARM, ALARM, ALARM)),
        ("0 - X - -", (OK, OK, ALARM, OK)),
        ("- - - - 0", (OK, OK, ALARM, OK)),
        ("- - - X -", (ALARM, KEEP, ALARM, OK)),
    ],
)
def test_two_of_three_datapoints(table: str, states: tuple[str | None, ...]) -> None:
    assert judged(table, DatapointsToAlarm=2) == states


@pytest.mark.parametrize(
    ("comparison", "value", "state"),
    [
        ("GreaterThanThreshold", 5, OK),
        ("GreaterThanOrEqualToThreshold", 5, ALARM),
        ("LessThanThreshold", 5, OK),
        ("LessThanOrEqualToThreshold", 5, ALARM),
    ],
)
def test_comparisons(comparison: str, value: float, state: str) -> None:
    found = verdict(alarm(EvaluationPeriods=1, Threshold=5, ComparisonOperator=comparison), [value])

    assert found is not None
    assert found.state == state


def test_the_reason_shows_the_datapoints_and_the_threshold() -> None:
    found = verdict(alarm(EvaluationPeriods=1), [7.0])

    assert found is not None
    assert found.reason == (
        "Threshold Crossed: 1 datapoint [7] were greater than the threshold (0.0) "
        "(minimum 1 datapoint for OK -> ALARM transition)."
    )


def test_points_fall_into_periods_that_end_now() -> None:
    points = [{"Timestamp": at, "Value": at} for at in (10.0, 65.0, 75.0, 95.0, 99.0)]
    wanted = alarm(EvaluationPeriods=1)

    found = datapoints(wanted, points, 100.0, 10.0, lambda some: sum(point["Value"] for point in some))

    assert len(found) == evaluation_range(wanted) == 3
    assert found == [194.0, None, 75.0]


def test_a_point_that_was_put_late_hides_none_of_the_others() -> None:
    points = [{"Timestamp": at, "Value": 1.0} for at in (95.0, 96.0, 5.0)]

    found = datapoints(alarm(EvaluationPeriods=1), points, 100.0, 10.0, lambda some: float(len(some)))

    assert found[0] == 2.0


def test_an_alarm_on_an_anomaly_keeps_its_state() -> None:
    assert verdict(alarm(ComparisonOperator="GreaterThanUpperThreshold"), [7.0]) is None


def judged(table: str, **members: Any) -> tuple[str | None, ...]:
    verdicts = [verdict(alarm(TreatMissingData=name, **members), read(table)) for name in TREATMENTS]
    return tuple(found.state if found else None for found in verdicts)
