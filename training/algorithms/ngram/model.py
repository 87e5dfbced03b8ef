"""The trained model: a table of n-grams with one-byte weights. Serving needs numpy, nothing more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from algorithms.ngram.table import Table, build
from algorithms.ngram.tokens import Codes, Ints, Words, distinct, ngrams, portions, read_words

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NgramModel:
    """N-grams and, per column, one-byte weights and log-count ratios with their scales.

    Two classes have one column (the second against the first), more have one column each.
    keys (n-grams,) ascending; weights, ratios int8 (n-grams, columns); scales, intercepts (columns,).
    """

    max_order: int
    keys: Codes
    weights: npt.NDArray[np.int8]
    ratios: npt.NDArray[np.int8]
    weight_scale: Floats
    ratio_scale: Floats
    intercepts: Floats
    steepness: float = 1.0
    doubt: float = 0.0

    @cached_property
    def table(self) -> Table:
        """N-gram code to its place in `keys`."""
        return build(self.keys)

    @cached_property
    def contributions(self) -> list[tuple[Floats, Floats]]:
        """Per column: what each n-gram adds to the score and to the squared length, shapes (n-grams,)."""
        weights = self.weights * self.weight_scale
        squares = (self.ratios * self.ratio_scale) ** 2
        return [(weights[:, column].copy(), squares[:, column].copy()) for column in range(weights.shape[1])]

    def calibrated(self, steepness: float, doubt: float) -> "NgramModel":
        """Return the model with another calibration (see `logits`)."""
        return replace(self, steepness=steepness, doubt=doubt)


def evidence(model: NgramModel, reviews: Sequence[str]) -> tuple[Floats, Floats]:
    """Return per review and column the summed weights, and the squared length: shapes (reviews, columns)."""
    parts = [_sums(model, reviews[portion]) for portion in portions(reviews)]
    both = np.concatenate(parts) if parts else np.zeros((0, 2, model.weights.shape[1]))
    return both[:, 0], both[:, 1]


def logits(model: NgramModel, score: Floats, squared_length: Floats) -> Floats:
    """Return calibrated log odds, shape (reviews, columns).

    The score of a row of unit length, times `steepness` (an inverse temperature), shrunk towards 0 where
    the evidence (the squared length) is small beside `doubt`: a text without known words gets 0.
    """
    length = np.sqrt(np.maximum(squared_length, 1e-12))
    trust = np.sqrt(squared_length / (squared_length + model.doubt + 1e-12))
    return model.steepness * trust * (score / length + model.intercepts)


def predict(model: NgramModel, reviews: Sequence[str]) -> Floats:
    """Return calibrated probabilities, shape (reviews, labels)."""
    return probabilities(logits(model, *evidence(model, reviews)))


def probabilities(values: Floats) -> Floats:
    """Softmax of log odds (reviews, columns) to probabilities (reviews, labels); one column is against 0."""
    if values.shape[1] == 1:
        values = np.hstack([np.zeros_like(values), values])
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _sums(model: NgramModel, reviews: Sequence[str]) -> Floats:
    """Return what `evidence` does, as one array: shape (reviews, 2, columns)."""
    owner, place = _known(model, read_words(reviews))
    sums = [
        [np.bincount(owner, part.take(place), minlength=len(reviews)) for part in column]
        for column in model.contributions
    ]
    return np.array(sums).transpose(2, 1, 0)


def _known(model: NgramModel, words: Words) -> tuple[Ints, Ints]:
    """Return the distinct (text, n-gram) pairs that the model knows: two arrays, shape (pairs,).

    No n-gram of the model holds the end of a text, so those that run over one are not found.
    """
    runs = ngrams(words, model.max_order)
    found, place = model.table.find(np.concatenate(runs))
    owners = np.concatenate([words.owner[: len(run)] for run in runs])
    pairs = distinct(owners.take(found) * len(model.keys) + place)
    owner = pairs // len(model.keys)
    return owner, pairs - owner * len(model.keys)
