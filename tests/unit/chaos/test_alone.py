"""A mutant alone: its journeys are those that ask for it, and their time begins with the denial."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chaos.permissions import alone
from chaos.permissions.alone import Made, tried_alone
from chaos.permissions.grants import Grant
from chaos.permissions.traveller import Traveller, WentWrong
from chaos.permissions.trials import asked_between
from chaos.permissions.verdicts import mutants
from chaos.stage import Stage

GRANT = Grant("role", "policy", "Steps", "lambda:InvokeFunction", "function")
(MUTANT,) = mutants([GRANT])


def traveller(denied: Callable[[], list[str]], patience: float = 5.0) -> Traveller:
    """Somebody in a cloud that answers its control so; what else it is told is of no account."""

    def control(_name: str, order: dict[str, Any]) -> Any:
        return denied() if "denied" in order else None

    return Traveller(cast("Stage", SimpleNamespace(cloud=SimpleNamespace(control=control))), "one", patience)


def noticed(journey: Callable[[Traveller], None], denied: Callable[[], list[str]]) -> list[str]:
    """How a journey that asks for the mutant ends without it."""
    made = Made(journey, frozenset({("role", "lambda:InvokeFunction", "function")}), 0.0)
    return [one.noticed for one in tried_alone(MUTANT, [made], traveller(denied))]


def wait_for_ever(one: Traveller) -> None:
    one.awaited(lambda: None, "the end")


def test_a_journey_that_was_denied_something_is_given_up_long_before_its_patience_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alone, "_PATIENCE", 0.01)
    monkeypatch.setattr(alone, "_LOOK_SECONDS", 0.0)
    assert noticed(wait_for_ever, lambda: ["a denial"]) == ["the end did not happen"]


def test_a_journey_that_comes_to_its_denial_late_has_its_time_from_then_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alone, "_PATIENCE", 0.01)
    monkeypatch.setattr(alone, "_LOOK_SECONDS", 0.0)
    answers = iter([[], [], [], ["a denial"]])
    assert noticed(wait_for_ever, lambda: next(answers, [])) == ["the end did not happen"]


def test_what_goes_wrong_without_a_denial_proves_nothing() -> None:
    def break_off(_one: Traveller) -> None:
        raise WentWrong("the machine is too busy")

    assert noticed(break_off, lambda: []) == [""]


def test_who_asks_again_for_what_was_asked_before_needs_it_too() -> None:
    asked = {"role": "role", "action": "a", "resource": "r"}
    once = {"decisions": [{**asked, "allowed": True, "times": 1}]}
    twice = {"decisions": [{**asked, "allowed": True, "times": 2}, {**asked, "allowed": False, "times": 9}]}
    assert set(asked_between(once, twice)) == {("role", "a", "r")}
    assert not set(asked_between(once, once))
