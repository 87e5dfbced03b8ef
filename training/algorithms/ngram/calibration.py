"""Calibration of the finished (pruned, quantised) model on reviews it did not see."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from algorithms.ngram.model import NgramModel, evidence, logits, probabilities
from algorithms.ngram.views import Floats

_CUTTINGS_PER_REVIEW = 2
_CUTTING_WORDS = (2, 40)


def calibrate(
    model: NgramModel, reviews: Sequence[str], truth: npt.NDArray[np.intp], seed: int
) -> NgramModel:
    """Fit steepness and doubt by log loss on the reviews and on short cuttings of them.

    Temperature scaling (Guo et al. 2017) with one parameter more: whole reviews alone say nothing
    about how far a short text can be trusted, so each also gives two cuttings of 2 to 40 words.
    """
    pieces = [*reviews, *cuttings(reviews, seed)]
    answers = np.tile(truth, 1 + _CUTTINGS_PER_REVIEW)
    score, squared_length = evidence(model, pieces)

    def loss(parameters: Floats) -> float:
        candidate = model.calibrated(*np.exp(parameters).tolist())
        right = probabilities(logits(candidate, score, squared_length))[np.arange(len(answers)), answers]
        # A standard normal prior around the start, worth little beside a hundred reviews.
        return float(-np.log(np.maximum(right, 1e-12)).sum() + ((parameters - start) ** 2).sum() / 2)

    start = np.array([0.0, np.log(np.median(squared_length) + 1.0)])
    best = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-3})
    return model.calibrated(*np.exp(best.x).tolist())


def cuttings(reviews: Sequence[str], seed: int) -> list[str]:
    """Cut short runs of words out of each review, lengths log-uniform, one round after the other."""
    random = np.random.default_rng(seed)
    return [_cut(review, random) for _ in range(_CUTTINGS_PER_REVIEW) for review in reviews]


def _cut(review: str, random: np.random.Generator) -> str:
    words = review.split()
    low, high = np.log(_CUTTING_WORDS)
    length = round(float(np.exp(random.uniform(low, high))))
    start = int(random.integers(0, max(len(words) - length, 0) + 1))
    return " ".join(words[start : start + length])
