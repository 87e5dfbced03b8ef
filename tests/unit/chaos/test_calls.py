"""A call that was seen and never met again is in the table, as one that was not survived."""

from typing import Any, cast

from chaos.findings import Breakage
from chaos.subjects.points import Point
from chaos.subjects.tally import Struck, tallied
from chaos.waves import Wave, Waves

KIND = "killed after a call"
FAULT = {"kind": "kill"}
POINTS = [Point("f", "a:1", 1), Point("f", "a:2", behind="a:1", misses=2)]


def waves(*breakages: Breakage) -> Waves:
    """A clean passage, and a wave whose two faults struck."""
    clean = Wave("clean", [], [], [], 0)
    struck = Wave(
        "wave 1", [FAULT, FAULT], [], [{"fault": at, "kind": "kill", "behind": ""} for at in (0, 1)], 0
    )
    return Waves(cast(Any, "nothing is dropped on it"), waves=[clean, struck], breakages=[*breakages])


def test_faults_that_struck_and_broke_nothing_are_survived() -> None:
    tally = tallied(waves(), Struck([[(point, KIND) for point in POINTS]]))[KIND, "f"]

    assert (tally.tried, tally.survived, tally.elsewhere) == (2, 2, 1)
    assert tally.remark == (
        "struck at each call behind each other, of too many different ones; "
        "1 at that action, though not at the place where it was seen"
    )


def test_what_broke_in_a_wave_counts_against_all_its_faults() -> None:
    tally = tallied(waves(Breakage("", "it broke")), Struck([[(point, KIND) for point in POINTS]]))[KIND, "f"]

    assert (tally.tried, tally.survived, list(tally.failures)) == (2, 0, ["it broke"])


def test_a_call_that_was_never_met_again_is_not_survived() -> None:
    struck = Struck([[(point, KIND) for point in POINTS]], unseen=[(Point("g", "sns:Publish", 3), KIND)])

    tally = tallied(waves(), struck)[KIND, "g"]

    assert (tally.tried, tally.survived) == (1, 0)
    assert list(tally.failures) == [
        "sns:Publish 3 of g was seen once and never met again, so that nothing is known of it"
    ]
