"""The decision over a candidate, and its one sentence."""

import pytest

from marquee.releases.effort import Effort, Efforts
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


NGRAM = Effort.of({"algorithm": "ngram", "predictions_per_second": 2000, "review_milliseconds": 0.5})
TRANSFORMER = Effort.of({"algorithm": "transformer", "predictions_per_second": 20, "review_milliseconds": 40})


@pytest.mark.parametrize(
    ("candidate", "before", "accuracy", "accepted"),
    [
        (TRANSFORMER, NGRAM, 0.94, True),
        (TRANSFORMER, NGRAM, 0.92, False),  # as good, at a hundred times the price
        (TRANSFORMER, NGRAM, 0.918, False),
        (NGRAM, TRANSFORMER, 0.918, True),  # hardly worse, and far cheaper
        (NGRAM, TRANSFORMER, 0.90, False),
        (TRANSFORMER, TRANSFORMER, 0.918, True),
    ],
)
def test_a_model_of_a_dearer_kind_has_to_be_better(
    candidate: Effort, before: Effort, accuracy: float, accepted: bool
) -> None:
    figures = ChampionFigures("3", 0.92, 2500, accuracy, efforts=Efforts(candidate, before))

    assert judge(accuracy, 2500, BAR, figures).accepted is accepted


def test_the_reasons_say_what_each_kind_takes() -> None:
    assert TRANSFORMER
    assert NGRAM
    figures = ChampionFigures("3", 0.92, 2500, 0.94, efforts=Efforts(TRANSFORMER, NGRAM))

    assert judge(0.94, 2500, BAR, figures).reasons[-1] == (
        "The candidate's transformer takes 40.0 ms for a review and about 1.60 USD for a million, the "
        "champion's ngram takes 0.5 ms for a review and about 0.02 USD for a million (at the speed of the "
        "machines that trained them and the price of ml.m5.large)."
    )


def test_an_older_evaluation_decides_by_accuracy_alone() -> None:
    assert Effort.of({"algorithm": "ngram", "predictions_per_second": 2000}) is None
