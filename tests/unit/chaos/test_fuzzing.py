"""What schemathesis could not try is not taken for survived."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from chaos.requests import fuzzing

ANSWER = {"interactions": {"1": {"response": {"status_code": 200}}}, "checks": {}, "label": "GET /"}


def given(monkeypatch: pytest.MonkeyPatch, lines: list[object], status: int) -> None:
    def command(_address: str, _examples: int, _seed: int, report: Path) -> list[str]:
        report.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return [sys.executable, "-c", f"print('why'); raise SystemExit({status})"]

    monkeypatch.setattr(fuzzing, "_command", command)


def test_answers_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, [{"ScenarioFinished": {"recorder": ANSWER}}], 0)

    assert fuzzing.fuzz("http://x", 1, 1) == fuzzing.Fuzzed(Counter({200: 1}), [])


def test_a_run_that_sent_nothing_is_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, [{"Finished": {}}], 0)

    with pytest.raises(RuntimeError, match="No request was sent"):
        fuzzing.fuzz("http://x", 1, 1)


def test_an_error_beside_the_checks_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, [{"ScenarioFinished": {"recorder": ANSWER}}], 1)

    assert "status 1: why" in fuzzing.fuzz("http://x", 1, 1).failures[0]
