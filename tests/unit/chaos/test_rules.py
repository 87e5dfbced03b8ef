"""A rule that matches several statuses is struck once at each that can be brought about."""

import json
from typing import Any

from chaos.subjects.rules import Case, cases_of, remark_of

DETAIL = {"TrainingJobName": [{"prefix": "marquee-"}], "TrainingJobStatus": ["Failed", "Stopped"]}
FAILED = Case("training-failed", "TrainingJobStatus", "Failed")


def rule(name: str, **detail: Any) -> dict[str, Any]:
    return {"Name": name, "EventPattern": json.dumps({"detail": detail})}


def test_each_status_of_a_rule_is_a_case_of_its_own() -> None:
    cases = cases_of(iter([rule("training-failed", **DETAIL), {"Name": "clock", "ScheduleExpression": "x"}]))

    assert [case.where for case in cases] == ["clock", "training-failed: Failed", "training-failed: Stopped"]


def test_a_rule_of_one_status_is_one_case() -> None:
    assert cases_of(iter([rule("trained", TrainingJobStatus=["Completed"])])) == [Case("trained")]


def test_what_nothing_here_ends_in_is_said_and_not_counted() -> None:
    cases = cases_of(iter([rule("x-dataset-failed", state=["FAILED", "TIMEOUT", "STOPPED", "ERROR"])]))

    assert [case.status for case in cases] == ["FAILED", "STOPPED"]
    assert [remark_of(case, cases) for case in cases] == [
        "not tried, for nothing here ends so: TIMEOUT, ERROR",
        "",
    ]


def test_a_fault_of_a_case_strikes_its_events_alone() -> None:
    fault = FAILED.fault({"kind": "drop"})

    assert fault["event"] == {"detail": {"TrainingJobStatus": ["Failed"]}}
    assert FAILED.meets({**fault, "at_most": 30})
    assert not Case("training-failed").meets(fault)
    assert not Case("training-failed", "TrainingJobStatus", "Stopped").meets(fault)
    assert not FAILED.meets({"kind": "drop", "rule": "training-failed"})
