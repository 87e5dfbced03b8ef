"""A function without its permissions: what is denied is given, once it is known who noticed."""

from collections.abc import Mapping
from typing import Any

import pytest

from chaos.permissions.grants import Grant
from chaos.permissions.withholding import Withholding, noticed_in
from localcloud.ministack.permissions import Decision

FUNCTION = {"Role": "arn:aws:iam::1:role/role", "FunctionName": "f"}


class Cloud:
    """A function that asks for `calls` in order and fails at the first that is denied, unless it is deaf."""

    def __init__(self, calls: list[str], deaf: tuple[str, ...] = (), always_fails: bool = False) -> None:
        self.calls, self.deaf, self.always_fails = calls, deaf, always_fails
        self.policy = ""
        self.runs = 0
        self.withholding = Withholding(self.put)
        grants = [Grant("role", "p", "S", action, "*") for action in calls]
        self.withholding.know(grants)
        self.withholding.withhold(grants, repeat=True)

    def put(self, role: str, policy: str, document: str) -> None:
        self.policy = document

    def run(self, _function: Mapping[str, Any], _event: Any, _request_id: str) -> dict[str, Any]:
        self.runs += 1
        for action in self.calls:
            allowed = f'"{action}"' in self.policy
            self.withholding.heard(Decision("role", action, "thing", allowed))
            if not allowed and action not in self.deaf:
                return {"body": {"errorType": "ClientError", "errorMessage": "denied"}, "error": True}
        return {"body": {"errorType": "Always"}, "error": True} if self.always_fails else {"body": "fine"}

    def invoke(self) -> dict[str, Any]:
        return self.withholding.around(self.run)(FUNCTION, {}, "id")


def test_an_invocation_is_given_what_it_misses_one_by_one_and_then_succeeds() -> None:
    cloud = Cloud(["s:A", "s:B"])

    answer = cloud.invoke()

    assert answer == {"body": "fine"}
    assert [(d.action, d.noticed) for d in cloud.withholding.denials] == [
        ("s:A", "raised ClientError"),
        ("s:B", "raised ClientError"),
    ]
    assert cloud.runs == 3


def test_a_denial_that_nobody_notices_is_told_as_that() -> None:
    cloud = Cloud(["s:A", "s:B"], deaf=("s:A",))

    cloud.invoke()

    assert [(d.action, d.noticed) for d in cloud.withholding.denials] == [
        ("s:A", ""),
        ("s:B", "raised ClientError"),
    ]


def test_of_two_denials_in_one_invocation_each_is_looked_at_alone() -> None:
    cloud = Cloud(["s:A", "s:B", "s:C"], deaf=("s:A", "s:B"))

    cloud.invoke()

    assert [(d.action, d.noticed) for d in cloud.withholding.denials] == [
        ("s:A", ""),
        ("s:B", ""),
        ("s:C", "raised ClientError"),
    ]


def test_what_is_asked_for_but_once_is_looked_at_before_what_every_invocation_asks_for() -> None:
    # Once s:Deeper is allowed the work is done, and nobody asks for it or for s:Start again.
    cloud, done = Cloud(["s:Always", "s:Start", "s:Deeper"], deaf=("s:Always",)), set[str]()
    run = cloud.run

    def works(function: Mapping[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        cloud.calls = ["s:Always"] if done else ["s:Always", "s:Start", "s:Deeper"]
        result = run(function, event, request_id)
        if not done and "error" not in result:
            done.add("work")
        return result

    for _ in range(9):
        cloud.withholding.heard(Decision("role", "s:Always", "thing", True))
    cloud.withholding.around(works)(FUNCTION, {}, "id")

    assert {denial.action: denial.noticed for denial in cloud.withholding.denials} == {
        "s:Always": "",
        "s:Start": "raised ClientError",
        "s:Deeper": "raised ClientError",
    }


def test_what_somebody_else_did_meanwhile_is_not_taken_for_a_denial_that_nobody_noticed() -> None:
    cloud = Cloud(["s:A", "s:B"], deaf=("s:A", "s:B"))
    run, calls = cloud.run, iter([["s:A", "s:B"], ["s:B"]])

    def once_only(function: Mapping[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        cloud.calls = next(calls)
        return run(function, event, request_id)

    answer = cloud.withholding.around(once_only)(FUNCTION, {}, "id")

    assert answer == {"body": "fine"}
    assert cloud.withholding.denials == []
    assert {grant.action for grant in cloud.withholding.withheld["role"]} == {"s:A", "s:B"}


def test_where_the_event_fails_anyway_nothing_is_proven() -> None:
    cloud = Cloud(["s:A"], always_fails=True)

    cloud.invoke()

    assert cloud.withholding.denials == []
    assert cloud.withholding.withheld["role"]


def test_what_is_removed_for_good_is_not_given() -> None:
    cloud = Cloud(["s:A"])
    cloud.withholding.give_back()
    cloud.withholding.withhold([Grant("role", "p", "S", "s:A", "*")], repeat=False)

    assert cloud.invoke()["error"]
    assert cloud.runs == 1


@pytest.mark.parametrize(
    ("result", "noticed"),
    [
        ({"body": {"errorType": "E"}, "error": True}, "raised E"),
        ({"body": {"statusCode": 502}}, "answered 502"),
        ({"body": {"statusCode": 404}}, ""),
        ({"body": {"run": "unasked"}}, "answered unasked"),
        ({"body": {"run": "moved"}}, ""),
        ({"body": None}, ""),
    ],
)
def test_what_counts_as_noticed(result: dict[str, Any], noticed: str) -> None:
    assert noticed_in(result) == noticed
