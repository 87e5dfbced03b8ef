"""A pass of the reconciler ends in time, and the next begins with what it did not come to."""

import pytest

from marquee.ledger.cursor import Cursor
from marquee.reconciliation import Budget
from marquee.reconciliation.turns import Due, Turns

NAMES = ("a", "b", "c")


def nothing() -> str:
    return ""


DUE = [Due(name, f"1/{name}", nothing) for name in NAMES]


@pytest.fixture
def turns(table: str) -> Turns:
    return Turns(Cursor(table))


class Looks(Budget):
    """Time for so many looks."""

    def __init__(self, looks: int) -> None:
        super().__init__(3600)
        self._left = looks

    @property
    def is_spent(self) -> bool:
        self._left -= 1
        return self._left < 0


def one_pass(turns: Turns, looks: int = 9) -> list[str]:
    return [item.name for item in turns.of(DUE, Looks(looks))]


def test_each_has_its_turn_however_little_time_there_is(turns: Turns) -> None:
    assert [one_pass(turns, 1) for _ in range(4)] == [["a"], ["b"], ["c"], ["a"]]


def test_a_whole_pass_is_followed_by_one_from_the_beginning(turns: Turns) -> None:
    assert one_pass(turns, 2) == ["a", "b"]
    assert one_pass(turns) == ["c", "a", "b"]
    assert one_pass(turns) == ["a", "b", "c"]


def test_who_dies_at_one_goes_on_behind_it(turns: Turns) -> None:
    assert next(turns.of(DUE, Looks(9))).name == "a"  # and then Lambda ends the invocation
    assert one_pass(turns) == ["b", "c", "a"]


def test_a_pass_goes_on_behind_what_is_not_due_any_more(turns: Turns) -> None:
    turns.cursor.put("reconcile", "1/b-that-was-moved-on")
    assert one_pass(turns) == ["c", "a", "b"]
