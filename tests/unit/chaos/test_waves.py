"""Which strikes may make a notice come twice: those between SNS's answer and its record."""

from collections import Counter
from typing import Any, cast

import pytest

from chaos.findings import Breakage
from chaos.waves import Wave, Waves


@pytest.mark.parametrize(
    ("fault", "subject", "behind", "beside"),
    [
        ({"kind": "kill", "when": "after"}, "f r: call 3, sns:Publish", "dynamodb:UpdateItem", 1),
        ({"kind": "kill", "when": "before"}, "f r: call 3, sns:Publish", "dynamodb:UpdateItem", 0),
        ({"kind": "kill", "when": "before"}, "f r: call 4, dynamodb:UpdateItem", "sns:Publish", 1),
        ({"kind": "kill", "when": "after"}, "f r: call 4, dynamodb:UpdateItem", "sns:Publish", 0),
        ({"kind": "error"}, "f: call 4, dynamodb:UpdateItem", "sns:Publish", 1),
        ({"kind": "error"}, "f: call 3, sns:Publish", "dynamodb:UpdateItem", 0),
        ({"kind": "drop"}, "rule r -> f: Object Created 1 of raw/sns:Publish", "", 0),
    ],
)
def test_beside_sns(fault: dict[str, Any], subject: str, behind: str, beside: int) -> None:
    strike = {
        "fault": 0,
        "kind": fault["kind"],
        "subject": subject,
        "behind": behind,
        "about": "live r",
    }
    assert Wave("", [fault], [], [strike], 0).deaths_beside_sns == Counter(
        {"live r": beside} if beside else {}
    )


def died(about: str) -> Wave:
    """A wave in which a function died after it had published that notice."""
    strike = {"fault": 0, "kind": "kill", "subject": "f 1: call 3, sns:Publish", "behind": "", "about": about}
    return Wave("wave 1", [{"kind": "kill", "when": "after"}], [], [strike], 0)


def repeated(notice: str, times: int = 1) -> Breakage:
    return Breakage(notice.partition(" ")[2], "twice", times, notice)


@pytest.mark.parametrize(
    ("about", "found", "broken"),
    [
        ("live r", repeated("live r"), []),
        ("live other", repeated("live r"), ["twice"]),
        ("failed r", repeated("live r"), ["twice"]),
        ("live r", repeated("live r", 2), ["twice"]),
        ("live r", Breakage("r", "twice", 0, "live r"), ["twice"]),
    ],
)
def test_a_death_beside_sns_excuses_one_repeat_of_its_own_notice(
    about: str, found: Breakage, broken: list[str]
) -> None:
    wave = died(about)
    waves = Waves(cast(Any, "nothing is dropped on it"), waves=[wave])
    waves.breakages = [found]

    assert waves.broken(wave) == broken
    assert waves.repeated == int(not broken)


def test_a_rollback_told_twice_is_excused_whichever_wave_its_file_came_in() -> None:
    clean, struck = Wave("clean", [], [], [], 0), died("rolled_back r")
    waves = Waves(cast(Any, "nothing is dropped on it"), waves=[clean, struck])
    waves.breakages = [repeated("rolled_back r")]

    assert waves.broken(clean) == waves.broken(struck) == []


def test_an_answer_that_came_too_late_excuses_its_notice() -> None:
    wave = Wave("wave 1", [], [], [], 0, late_answers=Counter({"live r": 1}))
    waves = Waves(cast(Any, "nothing is dropped on it"), waves=[wave])
    waves.breakages = [repeated("live r")]

    assert waves.broken(wave) == []


def test_a_call_refused_at_each_retry_is_one_death() -> None:
    fault = {"kind": "error"}
    strike = {
        "fault": 0,
        "kind": "error",
        "subject": "f: call 4, x",
        "behind": "sns:Publish",
        "about": "live r",
    }

    assert Wave("", [fault], [], [strike] * 3, 0).deaths_beside_sns == Counter({"live r": 1})


def test_an_event_that_nothing_passed_was_not_struck() -> None:
    strike = {"fault": 0, "kind": "reorder", "subject": "rule r -> f: T 1", "in_vain": True}

    assert Wave("", [{"kind": "reorder"}], [], [strike], 0).struck(0) == 0
    assert Wave("", [{"kind": "reorder"}], [], [{**strike, "in_vain": False}], 0).struck(0) == 1
