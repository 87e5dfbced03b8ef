import asyncio
from functools import cache
from typing import Any

import pytest

from localcloud.awsjson import Response
from localcloud.constraints import service_model
from localcloud.faults.calls import ApiCall, CallFaults
from localcloud.faults.errors import Refusal, wording
from localcloud.faults.plan import parsed
from localcloud.faults.tally import Tally

SERVED: Response = (200, {}, b"served")


class Bench:
    """Calls of a function and of others, under a plan."""

    def __init__(self, *faults: dict[str, Any]) -> None:
        tally = Tally()
        tally.replace(parsed({"faults": list(faults)}))
        self.faults, self.said = CallFaults(tally), list[str]()

    def call(self, action: str, key: str = "KEY", caller: str = "role", **sdk: Any) -> Response:
        """The answer to one call."""

        async def serve() -> Response:
            self.said.append(f"served {action}")
            return SERVED

        def refuse(refusal: Refusal) -> Response:
            return refusal.status, {}, f"{refusal.code}: {refusal.message}".encode()

        return asyncio.run(self.faults.intercept(ApiCall(caller, action, key, **sdk), refuse, serve))

    def invoke(self, *actions: str, function: str = "start_etl") -> list[Response]:
        """What the calls of one invocation are answered."""
        with self.faults.invocation("KEY", function, "id", lambda: self.said.append("killed")):
            return [self.call(action) for action in actions]


@pytest.mark.parametrize(
    ("when", "said"),
    [("before", ["served a:1", "killed"]), ("after", ["served a:1", "served a:2", "killed"])],
)
def test_a_function_dies_before_or_after_a_call_is_served(when: str, said: list[str]) -> None:
    bench = Bench({"kind": "kill", "function": "start_*", "call": 2, "when": when})

    bench.invoke("a:1", "a:2")

    assert bench.said == said


def test_calls_are_counted_by_invocation() -> None:
    bench = Bench({"kind": "kill", "function": "start_etl", "call": 2})

    bench.invoke("a:1")
    bench.invoke("a:2", function="other")
    bench.invoke("a:3", "a:4")

    assert bench.said == ["served a:1", "served a:2", "served a:3", "killed"]


def test_a_call_may_be_named_by_the_one_before_it() -> None:
    bench = Bench({"kind": "kill", "function": "start_etl", "action": "a:2", "behind": "a:1"})

    bench.invoke("a:2", "a:2")
    bench.invoke("a:1", "a:2")

    assert bench.said == ["served a:2", "served a:2", "served a:1", "killed"]


def test_the_first_call_of_an_invocation_is_behind_none() -> None:
    bench = Bench({"kind": "kill", "function": "start_etl", "action": "a:1", "behind": ""})

    bench.invoke("a:2", "a:1")
    bench.invoke("a:1")

    assert bench.said == ["served a:2", "served a:1", "killed"]


@pytest.mark.parametrize(("call", "about"), [(1, ""), (2, "live r"), (3, "live r"), (4, "")])
def test_a_strike_at_a_notice_or_behind_it_says_which(call: int, about: str) -> None:
    tally = Tally()
    tally.replace(parsed({"faults": [{"kind": "error", "call": call, "error": "throttling"}]}))
    bench = Bench()
    bench.faults = CallFaults(tally)

    with bench.faults.invocation("KEY", "fail_run", "id", lambda: None):
        bench.call("a:1", sdk_id="w")
        bench.call("sns:Publish", sdk_id="x", about="live r")
        bench.call("a:3", sdk_id="y")
        bench.call("a:4", sdk_id="z")

    assert [strike["about"] for strike in tally.struck()] == [about]


def test_a_notice_that_the_sdk_publishes_again_is_counted_by_what_it_is_about() -> None:
    bench = Bench()

    bench.call("sns:Publish", sdk_id="x", about="live r")
    bench.call("sns:Publish", sdk_id="x", about="live r", retry=True)

    assert bench.faults.told_again() == {"live r": 1}


def test_only_the_named_function_dies() -> None:
    bench = Bench({"kind": "kill", "function": "start_etl", "action": "glue:*"})

    bench.invoke("glue:StartJobRun", function="catalog_dataset")
    bench.call("glue:StartJobRun", key="STRANGER")
    bench.invoke("dynamodb:UpdateItem", "glue:StartJobRun")

    assert bench.said.count("killed") == 1
    assert bench.said[-2:] == ["served dynamodb:UpdateItem", "killed"]


def test_a_call_is_answered_by_an_error_and_not_served() -> None:
    bench = Bench({"kind": "error", "caller": "start_etl", "action": "glue:StartJobRun", "error": "limit"})

    struck, again = bench.invoke("glue:StartJobRun", "glue:StartJobRun")

    assert struck[0] == 400
    assert struck[2].startswith(b"ConcurrentRunsExceededException: ")
    assert again == SERVED
    assert bench.said == ["served glue:StartJobRun"]


@pytest.mark.parametrize(("attempts", "statuses"), [("first", [400, 200, 200]), ("all", [400, 400, 200])])
def test_the_sdks_retries_are_the_same_call(attempts: str, statuses: list[int]) -> None:
    bench = Bench({"kind": "error", "call": 2, "error": "throttling", "attempts": attempts})
    bench.faults.record(True)

    with bench.faults.invocation("KEY", "start_etl", "id", lambda: None):
        bench.call("a:1", sdk_id="x")
        answers = [
            bench.call("a:2", sdk_id="y"),
            bench.call("a:2", sdk_id="y", retry=True),
            bench.call("a:3", sdk_id="z"),
        ]

    assert [status for status, _, _ in answers] == statuses
    assert bench.faults.recorded()[0]["calls"] == ["a:1", "a:2", "a:3"]


def test_what_the_sdk_asks_again_though_it_was_served_is_counted() -> None:
    bench = Bench({"kind": "error", "action": "a:2", "error": "throttling", "attempts": "first"})

    bench.call("a:1", sdk_id="x")
    bench.call("a:1", sdk_id="x", retry=True)
    bench.call("a:2", sdk_id="y")
    bench.call("a:2", sdk_id="y", retry=True)

    assert bench.faults.repeated() == {"a:1": 1}


@pytest.mark.parametrize("caller", ["start_etl", "StartEtlRole", "*"])
def test_a_caller_is_named_by_function_or_by_role(caller: str) -> None:
    bench = Bench({"kind": "error", "caller": caller, "code": "Mine", "message": "No.", "status": 418})

    with bench.faults.invocation("KEY", "start_etl", "id", lambda: None):
        answer = bench.call("a:1", caller="StartEtlRole")

    assert answer == (418, {}, b"Mine: No.")


def test_a_state_machines_own_call_fails_too() -> None:
    bench = Bench({"kind": "error", "caller": "FlowRole", "action": "lambda:*", "error": "throttling"})

    assert bench.faults.refusal("OtherRole", "lambda:InvokeFunction") is None
    refusal = bench.faults.refusal("FlowRole", "lambda:InvokeFunction")
    assert refusal
    assert (refusal.code, refusal.status) == ("TooManyRequestsException", 429)


def test_invocations_and_their_calls_are_recorded_when_wanted() -> None:
    bench = Bench()

    bench.invoke("a:unrecorded")
    bench.faults.record(True)
    bench.invoke("a:1", "a:2")
    with bench.faults.invocation("KEY", "judge", "id", lambda: None):
        bench.call("a:3")
        recorded = bench.faults.recorded()
    bench.faults.record(False)

    assert [(one["function"], one["calls"], one["ended"]) for one in recorded] == [
        ("start_etl", ["a:1", "a:2"], True),
        ("judge", ["a:3"], False),
    ]
    assert bench.faults.recorded() == []


@pytest.mark.parametrize(
    ("service", "error", "action"),
    [
        ("dynamodb", "throttling", "dynamodb:UpdateItem"),
        ("dynamodb", "limit", "dynamodb:UpdateItem"),
        ("dynamodb", "internal", "dynamodb:UpdateItem"),
        ("glue", "limit", "glue:StartJobRun"),
        ("glue", "limit", "glue:StartCrawler"),
        ("glue", "internal", "glue:StartJobRun"),
        ("lambda", "throttling", "lambda:InvokeFunction"),
        ("lambda", "internal", "lambda:InvokeFunction"),
        ("sagemaker", "limit", "sagemaker:CreateTrainingJob"),
        ("sns", "throttling", "sns:Publish"),
        ("sns", "internal", "sns:Publish"),
        ("sqs", "throttling", "sqs:SendMessage"),
        ("sqs", "limit", "sqs:ReceiveMessage"),
        ("stepfunctions", "limit", "states:StartExecution"),
    ],
)
def test_errors_are_those_the_services_declare(service: str, error: str, action: str) -> None:
    assert wording(error, action).code in declared(service)


@cache
def declared(service: str) -> set[str]:
    """The codes of a service's errors in botocore's model of it."""
    shapes: Any = service_model(service).error_shapes
    return {code for shape in shapes for code in (shape.error_code, shape.name)}
