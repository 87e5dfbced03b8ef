"""The neutral band."""

import numpy as np
import pytest

from thresholds import choose_thresholds, served_label

SENTIMENTS = ["negative", "positive"]


def answers(confidence: float, rows: int, right: int) -> tuple[np.ndarray, np.ndarray]:
    return np.array([[1 - confidence, confidence]] * rows), np.array([1] * right + [0] * (rows - right))


def test_the_band_is_as_wide_as_answers_are_no_better_than_asked() -> None:
    parts = [answers(0.55, 40, 20), answers(0.65, 40, 24), answers(0.9, 200, 190)]
    probabilities, truth = (np.concatenate(items) for items in zip(*parts, strict=True))

    chosen = choose_thresholds(SENTIMENTS, probabilities, truth, accuracy=0.58)

    assert chosen == {"neutral_below": 0.65}


def test_too_few_doubtful_rows_measure_nothing() -> None:
    assert choose_thresholds(SENTIMENTS, *answers(0.55, 19, 0), accuracy=0.6) == {"neutral_below": 0.6}


def test_labels_that_are_not_the_two_sentiments_have_no_band() -> None:
    assert choose_thresholds(["bug", "question"], *answers(0.55, 50, 10), accuracy=0.6) == {}


@pytest.mark.parametrize(
    ("scores", "thresholds", "label"),
    [
        ([0.39, 0.61], {"neutral_below": 0.62}, "neutral"),
        ([0.38, 0.62], {"neutral_below": 0.62}, "positive"),
        ([0.5, 0.5], {}, "negative"),
    ],
)
def test_the_served_label(scores: list[float], thresholds: dict[str, float], label: str) -> None:
    assert served_label(SENTIMENTS, scores, thresholds) == label
