"""The decision over a candidate, and its one sentence."""

import pytest

from marquee.releases.verdict import Bar, ChampionFigures, judge

BAR = Bar(floor=0.8, most_drop=0.005)


def champion(accuracy: float, candidate: float, note: str = "") -> ChampionFigures:
    return ChampionFigures("3", accuracy, 2500, candidate, note)


@pytest.mark.parametrize(
    ("accuracy", "against", "accepted"),
    [
        (0.79, None, False),
        (0.80, None, True),
        (0.91, champion(0.915, 0.91), True),
        (0.91, champion(0.916, 0.91), False),
        (0.95, champion(0.90, 0.95), True),
        (0.79, champion(0.50, 0.79), False),
    ],
)
def test_a_candidate_must_reach_the_floor_and_not_fall_behind(
    accuracy: float, against: ChampionFigures | None, accepted: bool
) -> None:
    assert judge(accuracy, 2500, BAR, against).accepted is accepted


def test_the_reasons_hold_the_figures() -> None:
    assert judge(0.918, 2500, BAR, champion(0.913, 0.918)).sentence == (
        "The candidate gets 91.8% of 2,500 test reviews right, above the floor of 80.0%. On the same 2,500 "
        "reviews the champion (version 3) has 91.3% and the candidate 91.8%: 0.5 points better "
        "(0.5 worse are accepted)."
    )
    assert "There is no champion" in judge(0.9, 10, BAR, None).sentence
    assert "as good" in judge(0.9, 10, BAR, champion(0.9, 0.9)).sentence
    assert "Because it is gone" in judge(0.9, 10, BAR, champion(0.9, 0.9, "Because it is gone")).sentence
