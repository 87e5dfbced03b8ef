"""What the address leaves in the log: one JSON object a line, with measures CloudWatch can read."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from tests.unit.predict.conftest import Call, Runtime, golden

# CloudWatch user guide, "Specification: Embedded metric format", the JSON schema at its end (shortened).
METRICS = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "properties": {
                            "Namespace": {"type": "string", "minLength": 1, "maxLength": 1024},
                            "Dimensions": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "array",
                                    "items": {"type": "string", "minLength": 1, "maxLength": 250},
                                    "maxItems": 30,
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}
INJECTION = 'fine\n{"level":"ERROR","message":"all is lost"}\r\x85\u2028next'


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def measured(line: dict[str, Any]) -> dict[str, list[list[str]]]:
    """Metric -> its dimension sets; every name that the directives use must be a key of the line."""
    jsonschema.validate(line, METRICS)
    found: dict[str, list[list[str]]] = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert {key for keys in directive["Dimensions"] for key in keys} <= line.keys()
        for metric in directive["Metrics"]:
            assert isinstance(line[metric["Name"]], int | float)
            found[metric["Name"]] = directive["Dimensions"]
    return found


def test_a_prediction_leaves_one_line_with_its_run_and_its_measures(
    call: Call, runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    call("POST", "/predict", {"reviews": [{"text": INJECTION}, {"text": "bad"}]})

    (line,) = lines(capsys)
    assert (line["run_id"], line["version"], line["code"]) == ("reviews-0f1e2d3c4b", "3", "ok")
    assert line["request_id"] == golden("predict_text")["requestContext"]["requestId"]
    assert (line["Predictions"], line["Faults"], line["Answers"]) == (2, 0, 1)
    assert line["PredictionMilliseconds"] == line["milliseconds"] > 0
    assert measured(line) == {
        "Answers": [["service", "code"]],
        "Faults": [["service"]],
        "Predictions": [["service"], ["service", "variant"]],
        "PredictionMilliseconds": [["service"], ["service", "variant"]],
    }


@pytest.mark.parametrize(
    ("status", "error", "code", "fault"),
    [
        (424, "ModelError", "model_error", 1),
        (503, "ServiceUnavailable", "endpoint_not_ready", 0),
        (429, "ThrottlingException", "throttled", 0),
    ],
)
def test_only_what_is_no_waiting_counts_as_a_fault(  # noqa: PLR0917
    call: Call,
    runtime: Runtime,
    capsys: pytest.CaptureFixture[str],
    status: int,
    error: str,
    code: str,
    fault: int,
) -> None:
    runtime.status, runtime.error_type, runtime.content = status, error, {"Message": INJECTION}

    call("POST", "/predict", {"text": "fine"})

    warning, line = lines(capsys)
    assert INJECTION in warning["message"]
    assert (line["code"], line["Faults"]) == (code, fault)
    assert "Predictions" not in line


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/", None, "ok"),
        ("GET", "/nowhere\nlevel: ERROR", None, "not_found"),
        ("POST", "/predict", {"reviews": INJECTION}, "invalid_request"),
        ("DELETE", "/predict", None, "method_not_allowed"),
    ],
)
def test_whatever_is_asked_is_one_json_line_with_a_run_id(  # noqa: PLR0917
    call: Call, capsys: pytest.CaptureFixture[str], method: str, path: str, body: Any, code: str
) -> None:
    call(method, path, body)

    (line,) = lines(capsys)
    assert (line["run_id"], line["code"], line["Faults"]) == ("", code, 0)
    assert measured(line).keys() == {"Answers", "Faults"}


def test_a_crash_is_lines_of_json_too(
    call: Call, runtime: Runtime, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.predict.app.read_question", lambda _: 1 / 0)

    call("POST", "/predict", {"text": "fine"})

    trace, line = lines(capsys)
    assert "ZeroDivisionError" in trace["exception"]
    assert trace["request_id"] == line["request_id"]
    assert (line["level"], line["code"], line["Faults"]) == ("ERROR", "internal_error", 1)
