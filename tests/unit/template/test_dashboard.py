"""Dashboard and alarms show what somebody measures: a misspelt metric would stay empty for ever."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.template.conftest import ROOT, Stack

# Names that AWS publishes by itself, as far as they are used here.
AWS = {
    "AWS/SageMaker": {
        "Invocations",
        "Invocation4XXErrors",
        "Invocation5XXErrors",
        "ModelLatency",
        "OverheadLatency",
    },
    "AWS/Lambda": {"Errors", "Throttles"},
    "AWS/SQS": {
        "ApproximateAgeOfOldestMessage",
        "ApproximateNumberOfMessagesVisible",
        "NumberOfMessagesSent",
    },
    "AWS/States": {"ExecutionsFailed", "ExecutionsTimedOut"},
}
GRID = 24
"""Columns of a dashboard (CloudWatch user guide, "Dashboard body structure and syntax")."""


def ours() -> set[str]:
    """Every metric that the functions write."""
    sources = [path.read_text() for path in (ROOT / "layers/marquee/marquee").rglob("*.py")]
    written = re.compile(r'\b(?:count|seconds|gauge|Metric)\(\s*"([A-Z]\w+)"')
    return {name for source in sources for name in written.findall(source)}


@pytest.fixture(scope="module")
def widgets(stack: Stack) -> list[dict[str, Any]]:
    ((_, dashboard),) = stack.of_type("AWS::CloudWatch::Dashboard")
    found: list[dict[str, Any]] = json.loads(dashboard["DashboardBody"])["widgets"]
    return found


def metrics(widgets: list[dict[str, Any]]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of every metric in a widget; a SEARCH's too."""
    for widget in widgets:
        for metric in widget["properties"]["metrics"]:
            if isinstance(metric[0], dict):
                namespace, name = re.findall(r'\{(\w+),.*MetricName="(\w+)"', metric[0]["expression"])[0]
                yield namespace, name, {}
                continue
            namespace, name, *rest = metric
            dimensions = [part for part in rest if isinstance(part, str)]
            yield namespace, name, dict(zip(dimensions[::2], dimensions[1::2], strict=True))


def known() -> dict[str, set[str]]:
    return {**AWS, "Marquee": ours()}


def test_every_metric_shown_is_one_that_somebody_measures(widgets: list[dict[str, Any]]) -> None:
    for namespace, name, _ in metrics(widgets):
        assert name in known()[namespace], f"nobody measures {namespace} {name}"


def test_every_alarm_watches_a_metric_that_somebody_measures(stack: Stack) -> None:
    for logical_id, alarm in stack.of_type("AWS::CloudWatch::Alarm"):
        assert alarm["MetricName"] in known()[alarm["Namespace"]], logical_id
        if alarm["Namespace"] == "Marquee":
            assert alarm["Dimensions"] == [{"Name": "service", "Value": "marquee-dev"}]


def test_everything_shown_is_of_this_stage(widgets: list[dict[str, Any]]) -> None:
    for _, name, dimensions in metrics(widgets):
        assert not dimensions or "marquee-dev" in str(dimensions), name


def test_the_issue_s_questions_are_answered(widgets: list[dict[str, Any]]) -> None:
    shown = {name for _, name, _ in metrics(widgets)}
    assert shown >= {"RunsEnded", "StageSeconds", "Invocation5XXErrors", "ModelLatency", "Reconciled"}
    assert shown >= {
        "ApproximateNumberOfMessagesVisible",
        "Predictions",
        "PredictionMilliseconds",
        "RunsOverdue",
    }


def test_no_widget_covers_another_or_leaves_the_grid(widgets: list[dict[str, Any]]) -> None:
    cells = [
        (x, y)
        for widget in widgets
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < GRID
