from collections import Counter

import pytest

from etl.errors import DatasetRefused
from etl.labels import LabelPlan, plan_labels


def _meaning(plan: LabelPlan) -> dict[str, str]:
    return dict(plan.labels)


def test_sentiment_spellings_become_two_labels_and_rare_others_are_unknown() -> None:
    counts = Counter({"Positive": 50, "neg": 40, "1": 5, "0.0": 4, "meh": 1})
    expected = {"Positive": "positive", "neg": "negative", "1": "positive", "0.0": "negative"}
    assert _meaning(plan_labels(counts, rated=False)) == expected


def test_a_frequent_label_beside_the_spellings_makes_all_labels_plain() -> None:
    counts = Counter({"pos": 50, "neg": 45, "neutral": 5})
    expected = {"pos": "pos", "neg": "neg", "neutral": "neutral"}
    assert _meaning(plan_labels(counts, rated=False)) == expected


def test_labels_that_differ_in_case_are_one_under_the_most_frequent_spelling() -> None:
    counts = Counter({"Sci-Fi": 9, "sci-fi": 2, "Drama": 7})
    expected = {"Sci-Fi": "Sci-Fi", "sci-fi": "Sci-Fi", "Drama": "Drama"}
    assert _meaning(plan_labels(counts, rated=False)) == expected


def test_a_column_of_too_many_labels_is_refused() -> None:
    counts = Counter({f"text {number}": 1 for number in range(101)})
    with pytest.raises(DatasetRefused, match="101 different labels"):
        plan_labels(counts, rated=False)


@pytest.mark.parametrize(
    ("ratings", "negative", "neutral", "positive"),
    [
        (["1", "2", "3", "4", "5"], {"1", "2"}, {"3"}, {"4", "5"}),
        (["1", "4", "4.5", "5", "6", "7.0", "10"], {"1", "4"}, {"4.5", "5", "6"}, {"7.0", "10"}),
        (["0", "2.5", "4"], {"0"}, {"2.5"}, {"4"}),
    ],
)
def test_ratings_of_five_and_of_ten(
    ratings: list[str], negative: set[str], neutral: set[str], positive: set[str]
) -> None:
    plan = plan_labels(Counter(dict.fromkeys(ratings, 10)), rated=True)
    assert {held for held, label in plan.labels.items() if label == "negative"} == negative
    assert {held for held, label in plan.labels.items() if label == "positive"} == positive
    assert plan.neutral == neutral


def test_one_rating_above_five_among_hundreds_does_not_make_the_scale_ten() -> None:
    plan = plan_labels(Counter({"5": 500, "1": 499, "7": 1, "many": 1}), rated=True)
    assert _meaning(plan) == {"5": "positive", "1": "negative"}
