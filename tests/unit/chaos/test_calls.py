"""Which calls are struck follows from what was recorded."""

from chaos.subjects.calls import Point, left_of, points_of, unmet_of
from chaos.waves import Wave


def test_every_call_seen_is_a_point_by_its_number() -> None:
    recorded = [
        {"function": "f", "calls": ["dynamodb:UpdateItem", "sns:Publish"]},
        {"function": "f", "calls": ["dynamodb:UpdateItem", "dynamodb:GetItem"]},
    ]

    assert points_of(recorded) == [
        Point("f", "dynamodb:UpdateItem", 1),
        Point("f", "dynamodb:GetItem", 2),
        Point("f", "sns:Publish", 2),
    ]


def test_a_function_of_too_many_calls_is_struck_once_at_each_action() -> None:
    recorded = [{"function": "f", "calls": ["s3:GetObject", "s3:PutObject"] * 20}]

    assert points_of(recorded) == [Point("f", "s3:GetObject", None), Point("f", "s3:PutObject", None)]


def test_a_kill_names_the_function_and_a_refusal_the_caller() -> None:
    point = Point("f", "sns:Publish", 3)

    assert point.fault("killed after a call")["function"] == "f"
    assert point.fault("killed after a call")["when"] == "after"
    assert point.fault("call throttled")["caller"] == "f"
    assert point.fault("call throttled")["call"] == 3


def test_what_did_not_strike_is_tried_once_more_and_then_told() -> None:
    struck, idle = (Point("f", "sns:Publish", 1), "kill"), (Point("f", "sns:Publish", 2), "kill")
    again = (Point("f", "sns:Publish", None), "kill")
    met = Wave("", [{}, {}], [], [{"fault": 0}], 0)
    unmet = Wave("", [{}], [], [], 0)

    left, missed = left_of([struck, idle], [], [struck, idle], met)
    assert (left, missed) == ([again], [again])
    assert left_of(left, missed, [again], unmet) == ([], [again])
    assert left_of(left, missed, [again], Wave("", [{}], [], [{"fault": 0}], 0)) == ([], [])


def test_a_function_that_nothing_has_at_work_is_not_forgotten() -> None:
    points = [Point("marquee-local-rerun", "dynamodb:GetItem", 1)]
    functions = ["marquee-local-publish-code", "marquee-local-rerun", "marquee-local-sweep-endpoint"]

    assert unmet_of(functions, points) == ["marquee-local-sweep-endpoint"]
