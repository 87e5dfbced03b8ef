"""The neutral band."""

import numpy as np
import pytest

from thresholds import choose_thresholds, served_label

SENTIMENTS = ["negative", "positive"]


def answers(slope: float, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Answers whose accuracy is 0.5 + slope * (confidence - 0.5), rows evenly spread over 0.5 to 0.8."""
    random = np.random.default_rng(0)
    confidence = np.linspace(0.5, 0.8, rows)
    right = random.random(rows) < 0.5 + slope * (confidence - 0.5)
    return np.column_stack([1 - confidence, confidence]), right.astype(int)


def test_answers_in_the_band_are_right_as_rarely_as_asked() -> None:
    for slope in (0.6, 1.0, 1.5):
        probabilities, truth = answers(slope, 20_000)

        band = choose_thresholds(SENTIMENTS, probabilities, truth, accuracy=0.55)["neutral_below"]

        inside = probabilities[:, 1] < band
        assert band == pytest.approx(0.5 + 0.1 / slope, abs=0.02)
        assert (truth[inside] == 1).mean() == pytest.approx(0.55, abs=0.015)


def test_few_rows_leave_the_band_of_a_calibrated_model() -> None:
    none = np.zeros((0, 2)), np.zeros(0, dtype=int)

    assert choose_thresholds(SENTIMENTS, *none, accuracy=0.55) == {"neutral_below": 0.6}
    few = choose_thresholds(SENTIMENTS, *answers(-1.0, 5), accuracy=0.55)
    assert few["neutral_below"] == pytest.approx(0.6, abs=0.06)


def test_the_band_has_an_end_when_confidence_says_nothing() -> None:
    probabilities, truth = answers(-1.0, 5_000)

    assert choose_thresholds(SENTIMENTS, probabilities, truth, accuracy=0.55) == {"neutral_below": 0.8}


def test_labels_that_are_not_the_two_sentiments_have_no_band() -> None:
    assert choose_thresholds(["bug", "question"], *answers(1.0, 50), accuracy=0.55) == {}


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
