"""Which earlier models are kept, and which of them comes back."""

from dataclasses import replace

from marquee.ledger import Champion
from marquee.releases.champions import before, brought_back, kept, outdated

FIRST = Champion("r-1", "r-1", "1", "config-1", 0.9, "2026-11-22T10:00:00.000Z")


def after(champion: Champion, version: str) -> Champion:
    """The next model, promoted over this one, with what is outdated deleted."""
    pile = (replace(champion, previous=()), *champion.previous)
    new = replace(FIRST, run_id=f"r-{version}", version=version, previous=pile)
    return replace(new, previous=tuple(one for one in pile if one not in outdated(new)))


def test_the_two_before_are_kept() -> None:
    fourth = after(after(after(FIRST, "2"), "3"), "4")

    assert [one.version for one in kept(fourth)] == ["4", "3", "2"]


def test_a_model_that_was_rolled_back_from_takes_no_good_ones_place() -> None:
    third = after(after(FIRST, "2"), "3")
    fourth = after(brought_back(third, "2"), "4")
    again = brought_back(fourth, "2")

    assert {one.version for one in kept(again)} == {"2", "4", "3", "1"}
    ready = before(again)
    assert ready is not None
    assert ready.version == "1"
