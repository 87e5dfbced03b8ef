"""The trained model: views of a text, each a table of n-grams with one-byte weights. It needs numpy alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from algorithms.ngram.lookup import Lookup, join
from algorithms.ngram.tokens import portions, read_words
from algorithms.ngram.views import Floats, View

_APART = np.array([-0.5, 0.5])


@dataclass(frozen=True)
class NgramModel:
    """Views whose scores are added; calibrated by `steepness` and `doubt` (see `logits`)."""

    views: tuple[View, ...]
    steepness: float = 1.0
    doubt: float = 0.0

    @property
    def columns(self) -> int:
        """One for two classes, else one per class."""
        return len(self.views[0].intercepts)

    @cached_property
    def lookup(self) -> Lookup:
        """The views' n-grams in one table."""
        return join(self.views)

    @cached_property
    def intercept(self) -> Floats:
        """The views' intercepts, each as far as its view counts, together: shape (columns,)."""
        return np.asarray(np.sum([view.intercepts * view.share for view in self.views], axis=0))

    @cached_property
    def shares(self) -> Floats:
        """How much each view counts: shape (views, 1)."""
        return np.array([[view.share] for view in self.views])

    def calibrated(self, steepness: float, doubt: float) -> "NgramModel":
        """Return the model with another calibration."""
        return replace(self, steepness=steepness, doubt=doubt)


def evidence(model: NgramModel, reviews: Sequence[str]) -> tuple[Floats, Floats]:
    """Return per review and column the score, and the first view's squared length: (reviews, columns)."""
    parts = [model.lookup.sums(read_words(reviews[portion])) for portion in portions(reviews)]
    if len(parts) == 1:  # mostly one review that is asked about alone, where every call counts
        (sums,) = parts
    else:
        sums = np.concatenate([np.zeros((0, len(model.views), 2, model.columns)), *parts])
    weights, squared_lengths = sums[:, :, 0], sums[:, :, 1]
    scores = weights * (model.shares / np.sqrt(np.maximum(squared_lengths, 1e-12)))
    return scores.sum(axis=1) + model.intercept, squared_lengths[:, 0]


def logits(model: NgramModel, score: Floats, squared_length: Floats) -> Floats:
    """Return calibrated log odds, shape (reviews, columns).

    The score times `steepness` (an inverse temperature), shrunk towards 0 where the evidence (the squared
    length) is small beside `doubt`: a text without known words gets 0.
    """
    trust = np.sqrt(squared_length / (squared_length + model.doubt + 1e-12))
    return model.steepness * trust * score


def predict(model: NgramModel, reviews: Sequence[str]) -> Floats:
    """Return calibrated probabilities, shape (reviews, labels)."""
    return probabilities(logits(model, *evidence(model, reviews)))


def probabilities(values: Floats) -> Floats:
    """Softmax of log odds (reviews, columns) to probabilities (reviews, labels); one column is against 0."""
    if values.shape[1] == 1:
        # The logistic function as a tangent, which cannot overflow.
        return np.asarray(0.5 + np.tanh(values / 2) * _APART)
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
