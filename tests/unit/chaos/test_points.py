"""Which calls are struck follows from what was recorded; what was never met again is not forgotten."""

from typing import Any

import pytest

from chaos.subjects.points import Point, chosen_of, faults_of, left_of, points_of, turn_of, unmet_of
from chaos.waves import Wave


def invocation(function: str, *calls: str) -> dict[str, Any]:
    return {"function": function, "calls": list(calls)}


def test_every_call_seen_is_a_point_by_its_number() -> None:
    recorded = [
        invocation("f", "dynamodb:UpdateItem", "sns:Publish"),
        invocation("f", "dynamodb:UpdateItem", "dynamodb:GetItem"),
    ]

    assert points_of(recorded) == [
        Point("f", "dynamodb:UpdateItem", 1),
        Point("f", "dynamodb:GetItem", 2, "dynamodb:UpdateItem"),
        Point("f", "sns:Publish", 2, "dynamodb:UpdateItem"),
    ]


def test_a_function_of_too_many_calls_is_struck_at_each_call_behind_each_other() -> None:
    recorded = [invocation("f", *["s3:GetObject", "s3:PutObject"] * 20)]

    assert points_of(recorded) == [
        Point("f", "s3:GetObject", behind=""),
        Point("f", "s3:PutObject", behind="s3:GetObject"),
        Point("f", "s3:GetObject", behind="s3:PutObject"),
    ]


def test_a_point_knows_the_passages_in_which_it_was_seen() -> None:
    first, second = [invocation("f", "a:1")], [invocation("f", "a:1", "a:2")]

    assert points_of(first, second) == [Point("f", "a:1", 1, seen=(0, 1)), Point("f", "a:2", 2, "a:1", (1,))]


def test_before_a_call_is_after_the_one_before_it_and_only_the_first_has_none() -> None:
    first, second = Point("f", "a:1", 1), Point("f", "a:2", 2, "a:1")

    kinds = [(kind, point.call) for point, kind in faults_of([first, second])]

    assert kinds == [
        ("killed before its first call", 1),
        ("killed after a call", 1),
        ("killed after a call", 2),
        ("call throttled", 1),
        ("call throttled", 2),
    ]


def test_a_kill_names_the_function_and_a_refusal_the_caller() -> None:
    point = Point("f", "sns:Publish", 3)

    assert point.fault("killed after a call")["function"] == "f"
    assert point.fault("killed after a call")["when"] == "after"
    assert point.fault("call throttled")["caller"] == "f"
    assert point.fault("call throttled")["call"] == 3


@pytest.mark.parametrize(
    ("call", "misses", "place"),
    [
        (3, 0, {"call": 3}),
        (3, 1, {"behind": "a:1"}),
        (3, 2, {}),
        (None, 0, {"behind": "a:1"}),
        (None, 1, {}),
    ],
)
def test_what_does_not_come_about_is_waited_for_with_less_and_less_said_of_its_place(
    call: int | None, misses: int, place: dict[str, Any]
) -> None:
    point = Point("f", "a:2", call, "a:1", misses=misses)

    fault = point.fault("killed after a call")

    assert fault == {"kind": "kill", "when": "after", "function": "f", "action": "a:2", **place}
    assert point.is_anywhere == (not place)


def test_a_call_is_waited_for_where_it_was_seen_and_first_if_it_was_nowhere_else() -> None:
    both, here, there = ((Point("f", "a:1", 1, seen=seen), "call throttled") for seen in ((0, 1), (0,), (1,)))

    assert chosen_of([both, here, there], 0) == [here, both]
    assert chosen_of([both, here, there], 1) == [there, both]


def test_what_was_missed_waits_for_the_others_and_then_is_its_functions_only_fault() -> None:
    fresh = (Point("f", "a:1", 1), "call throttled")
    missed = [(Point("f", "a:2", number, misses=1), "call throttled") for number in (2, 3)]
    asked = [(Point("x-reconcile", "a:2", behind="", misses=1), kind) for kind in ("kill", "throttled")]

    assert chosen_of([*missed, fresh], 0) == [fresh]
    assert chosen_of([*missed, *asked], 0) == [missed[0], *asked]


def test_passages_take_turns_as_long_as_something_is_left_of_each() -> None:
    first, second = ((Point("f", "a:1", 1, seen=(turn,)), "kill") for turn in (0, 1))

    assert [turn_of([first, second], number, 2) for number in (1, 2)] == [1, 0]
    assert [turn_of([first], number, 2) for number in (1, 2)] == [0, 0]


def test_what_did_not_strike_is_tried_again_and_given_up_in_the_end() -> None:
    struck, idle = (Point("f", "sns:Publish", 1), "kill"), (Point("f", "sns:Publish", 2), "kill")
    met, unmet = Wave("", [{}, {}], [], [{"fault": 0}], 0), Wave("", [{}], [], [], 0)

    left, unseen = left_of([struck, idle], [], [struck, idle], met)
    assert (left, unseen) == ([(Point("f", "sns:Publish", 2, misses=1), "kill")], [])
    for _ in range(3):
        left, unseen = left_of(left, unseen, left, unmet)
    assert left == []
    assert [point.place for point, _ in unseen] == ["sns:Publish 2"]


def test_a_function_that_nothing_has_at_work_is_not_forgotten() -> None:
    points = [Point("marquee-local-rerun", "dynamodb:GetItem", 1)]
    functions = ["marquee-local-publish-code", "marquee-local-rerun", "marquee-local-sweep-endpoint"]

    assert unmet_of(functions, points) == ["marquee-local-sweep-endpoint"]
