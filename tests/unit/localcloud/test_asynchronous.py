import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from localcloud.asynchronous import AsyncInvoker, Invocation, Policy

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
FAILED = {"error": True, "body": {"errorType": "Boom", "errorMessage": "b" * 2000, "requestId": "r-1"}}
THROTTLED = {"error": True, "throttle": True, "body": {"message": "Rate Exceeded"}}
DONE = {"body": {"answer": 42}}


class Outcome:
    """Where outcomes go; tells when `expected` of them have come."""

    def __init__(self, expected: int) -> None:
        self.sent: dict[str, tuple[Any, Mapping[str, Any]]] = {}
        self._expected, self._all = expected, threading.Event()

    def send(self, role_arn: str, arn: str, body: str, attributes: Mapping[str, Any]) -> None:
        assert role_arn == "role"
        self.sent[arn] = (json.loads(body), attributes)
        if len(self.sent) == self._expected:
            self._all.set()

    def wait(self) -> None:
        assert self._all.wait(5), f"only {list(self.sent)} came"


def invoke(results: list[dict[str, Any]], policy: Policy, expected: int = 1) -> tuple[Outcome, int]:
    outcome, count = Outcome(expected), 0

    def run() -> Mapping[str, Any]:
        nonlocal count
        count += 1
        return results.pop(0)

    invocation = Invocation(FUNCTION, "role", policy, {"event": 1}, run)
    AsyncInvoker(outcome.send, scale=0.0001).accept(invocation)
    outcome.wait()
    return outcome, count


def test_success_goes_to_its_destination() -> None:
    outcome, _ = invoke([DONE], Policy(on_success="ok", on_failure="bad"))

    record = outcome.sent["ok"][0]
    assert record["requestContext"]["condition"] == "Success"
    assert (record["requestPayload"], record["responsePayload"]) == ({"event": 1}, {"answer": 42})


def test_a_function_that_raises_is_tried_three_times() -> None:
    outcome, count = invoke([FAILED] * 9, Policy(on_failure="bad"))

    assert count == 3
    context = outcome.sent["bad"][0]["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RetriesExhausted", 3)
    assert outcome.sent["bad"][0]["responseContext"]["functionError"] == "Unhandled"


def test_a_dead_letter_is_the_event_itself() -> None:
    outcome, count = invoke([FAILED] * 9, Policy(maximum_retries=0, dead_letter="dlq"))

    event, attributes = outcome.sent["dlq"]
    assert (count, event) == (1, {"event": 1})
    assert attributes["RequestID"]["StringValue"] == "r-1"
    assert attributes["ErrorMessage"]["StringValue"] == "b" * 1024


def test_a_throttled_function_is_tried_beyond_its_retries() -> None:
    outcome, count = invoke([THROTTLED, THROTTLED, DONE], Policy(maximum_retries=0, on_success="ok"))

    assert (count, outcome.sent["ok"][0]["requestContext"]["approximateInvokeCount"]) == (3, 3)


def test_an_event_may_grow_too_old() -> None:
    outcome, count = invoke([FAILED] * 9, Policy(maximum_age=90, on_failure="bad"))

    assert count == 2
    assert outcome.sent["bad"][0]["requestContext"]["condition"] == "EventAgeExceeded"


def test_an_event_ages_by_pauses_not_by_how_much_they_are_shortened() -> None:
    outcome, slow = Outcome(expected=1), threading.Event()

    def run() -> Mapping[str, Any]:
        slow.wait(0.05)
        return FAILED

    invocation = Invocation(FUNCTION, "role", Policy(maximum_age=400, on_failure="bad"), {}, run)
    AsyncInvoker(outcome.send, scale=0.0001).accept(invocation)
    outcome.wait()

    assert outcome.sent["bad"][0]["requestContext"]["condition"] == "RetriesExhausted"


def test_a_destination_that_fails_does_not_hide_the_other(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Outcome):
        def send(self, role_arn: str, arn: str, body: str, attributes: Mapping[str, Any]) -> None:
            if arn == "bad":
                raise ConnectionError("gone")
            super().send(role_arn, arn, body, attributes)

    outcome = Broken(expected=1)
    policy = Policy(maximum_retries=0, on_failure="bad", dead_letter="dlq")

    AsyncInvoker(outcome.send, scale=0.0001).accept(Invocation(FUNCTION, "role", policy, {}, lambda: FAILED))

    outcome.wait()
    assert "bad did not take the outcome" in caplog.text


def test_an_invocation_that_cannot_begin_counts_as_failed(caplog: pytest.LogCaptureFixture) -> None:
    def refused() -> Mapping[str, Any]:
        raise PermissionError("the role trusts nobody")

    outcome = Outcome(expected=1)
    policy = Policy(maximum_retries=1, dead_letter="dlq")

    AsyncInvoker(outcome.send, scale=0.0001).accept(
        Invocation(FUNCTION, "role", policy, {"event": 1}, refused)
    )

    outcome.wait()
    event, attributes = outcome.sent["dlq"]
    assert (event, attributes["ErrorMessage"]["StringValue"]) == ({"event": 1}, "the role trusts nobody")
    assert caplog.text.count("could not be invoked") == 2
