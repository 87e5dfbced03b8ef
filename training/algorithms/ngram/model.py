"""The trained model: views of a text, each a table of n-grams with one-byte weights. It needs numpy alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from algorithms.ngram.table import Table, build
from algorithms.ngram.tokens import Codes, Ints, Words, distinct, ending, ngrams, portions, read_words

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """What a view sees of a text: n-grams of up to `max_order` words, of the last words only unless 0."""

    max_order: int
    last_words: int = 0

    def words(self, words: Words) -> Words:
        """Return the words that are seen."""
        return ending(words, self.last_words) if self.last_words else words


@dataclass(frozen=True)
class View:
    """One linear model on rows of unit length: its n-grams and, per column, one-byte weights and scales.

    Two classes have one column (the second against the first), more have one column each.
    keys (n-grams,) ascending; weights, values int8 (n-grams, columns), the values being what a row of
    ones is scaled by before it gets unit length; scales, intercepts (columns,). `share` is how much the
    view counts beside the others.
    """

    span: Span
    keys: Codes
    weights: npt.NDArray[np.int8]
    values: npt.NDArray[np.int8]
    weight_scale: Floats
    value_scale: Floats
    intercepts: Floats
    share: float = 1.0

    @cached_property
    def table(self) -> Table:
        """N-gram code to its place in `keys`."""
        return build(self.keys)

    @cached_property
    def contributions(self) -> list[tuple[Floats, Floats]]:
        """Per column: what each n-gram adds to the score and to the squared length, shapes (n-grams,)."""
        weights = self.weights * self.weight_scale
        squares = (self.values * self.value_scale) ** 2
        return [(weights[:, column].copy(), squares[:, column].copy()) for column in range(weights.shape[1])]

    def known(self, words: Words) -> tuple[Ints, Ints]:
        """Return the distinct (text, n-gram) pairs that the view knows: two arrays, shape (pairs,).

        No n-gram of a view holds the end of a text, so those that run over one are not found.
        """
        runs = ngrams(words, self.span.max_order)
        found, place = self.table.find(np.concatenate(runs))
        owners = np.concatenate([words.owner[: len(run)] for run in runs])
        pairs = distinct(owners.take(found) * len(self.keys) + place)
        owner = pairs // len(self.keys)
        return owner, pairs - owner * len(self.keys)

    def sums(self, words: Words) -> tuple[Floats, Floats]:
        """Return the summed weights and the squared lengths: shapes (columns, texts)."""
        owner, place = self.known(self.span.words(words))
        sums = [
            [np.bincount(owner, part.take(place), minlength=words.size) for part in column]
            for column in self.contributions
        ]
        both = np.array(sums)
        return both[:, 0], both[:, 1]


@dataclass(frozen=True)
class NgramModel:
    """Views whose scores are added; calibrated by `steepness` and `doubt` (see `logits`)."""

    views: tuple[View, ...]
    steepness: float = 1.0
    doubt: float = 0.0

    def calibrated(self, steepness: float, doubt: float) -> "NgramModel":
        """Return the model with another calibration."""
        return replace(self, steepness=steepness, doubt=doubt)


def evidence(model: NgramModel, reviews: Sequence[str]) -> tuple[Floats, Floats]:
    """Return per review and column the score, and the first view's squared length: (reviews, columns)."""
    parts = [_evidence(model, reviews[portion]) for portion in portions(reviews)]
    both = np.concatenate(parts, axis=2) if parts else np.zeros((2, len(model.views[0].intercepts), 0))
    return both[0].T, both[1].T


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
        second = 1 / (1 + np.exp(-np.clip(values, -500, 500)))
        return np.concatenate([1 - second, second], axis=1)
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _evidence(model: NgramModel, reviews: Sequence[str]) -> Floats:
    """Return what `evidence` does, as one array: shape (2, columns, reviews)."""
    words = read_words(reviews)
    total, first = None, None
    for view in model.views:
        score, squared_length = view.sums(words)
        length = np.sqrt(np.maximum(squared_length, 1e-12))
        part = view.share * (score / length + view.intercepts[:, None])
        total = part if total is None else total + part
        first = squared_length if first is None else first
    return np.array([total, first])
