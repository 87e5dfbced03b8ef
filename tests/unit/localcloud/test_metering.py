"""What services publish of themselves: queues, executions, and the metrics in log lines."""

import json
from typing import Any

import pytest

from localcloud.metering.datum import Datum
from localcloud.metering.embedded import embedded
from localcloud.metering.executions import executions
from localcloud.metering.queues import QueueMeter
from marquee.metrics import Metric, write


def test_what_a_function_writes_is_what_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "marquee-dev")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Marquee")
    write([Metric("Predictions", "Count", 3, ((), ("variant",)))], {"run_id": "r", "variant": "live"})

    assert list(embedded("START\n" + capsys.readouterr().out + "END")) == [
        Datum("Marquee", "Predictions", 3, "Count", {"service": "marquee-dev"}),
        Datum("Marquee", "Predictions", 3, "Count", {"service": "marquee-dev", "variant": "live"}),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "no JSON at all",
        '{"CloudWatchMetrics": [',
        '{"_aws": {"CloudWatchMetrics": 3}}',
        json.dumps(
            {"_aws": {"CloudWatchMetrics": [{"Namespace": "N", "Dimensions": [["gone"]], "Metrics": []}]}}
        ),
        json.dumps(
            {
                "_aws": {
                    "CloudWatchMetrics": [{"Namespace": "N", "Dimensions": [[]], "Metrics": [{"Name": "x"}]}]
                },
                "x": "text",
            }
        ),
    ],
)
def test_any_other_line_is_no_metric(line: str) -> None:
    assert list(embedded(line)) == []


def test_executions_count_by_how_they_ended() -> None:
    (failed,) = executions("arn", "FAILED")
    assert (failed.name, failed.dimensions) == ("ExecutionsFailed", {"StateMachineArn": "arn"})
    assert list(executions("arn", "PENDING_REDRIVE")) == []


def message(sent_at: float, visible_at: float = 0.0) -> dict[str, Any]:
    return {"sent_at": sent_at, "visible_at": visible_at}


def test_a_queue_tells_what_came_what_lies_and_for_how_long_and_goes_on_telling() -> None:
    meter = QueueMeter(since=100.0, minute=15.0)
    lying = [message(90.0), message(105.0), message(106.0, visible_at=200.0)]

    def look(now: float, messages: list[Any]) -> tuple[float, ...]:
        return tuple(datum.value for datum in meter.look([("letters", messages)], now))

    # (visible, age of the oldest in seconds, sent)
    assert look(110.0, lying) == (2, 20, 2)
    assert look(120.0, lying) == ()
    assert look(125.0, lying) == (2, 35, 0)
    assert look(130.0, []) == (0, 0, 0)
    assert look(140.0, []) == ()
    assert look(145.0, []) == (0, 0, 0)


def test_a_queue_nobody_used_says_nothing() -> None:
    assert list(QueueMeter(since=0.0, minute=15.0).look([("unused", [])], 100.0)) == []
