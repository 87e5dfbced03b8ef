"""The trained model: a sparse table of n-grams with one-byte weights. Serving needs numpy, nothing more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import repeat
from pathlib import Path

import numpy as np
import numpy.typing as npt

from algorithms.ngram.tokens import UNKNOWN, Ints, distinct, encode, ngrams

Floats = npt.NDArray[np.float64]
_WEIGHTS_FILE = "weights.npz"
_REVIEWS_AT_ONCE = 256


@dataclass(frozen=True)
class NgramModel:
    """N-grams and, per column, one-byte weights and log-count ratios with their scales.

    Two classes have one column (the second against the first), more have one column each.
    keys (n-grams,) ascending; weights, ratios int8 (n-grams, columns); scales, intercepts (columns,).
    """

    words: list[str]
    max_order: int
    keys: Ints
    weights: npt.NDArray[np.int8]
    ratios: npt.NDArray[np.int8]
    weight_scale: Floats
    ratio_scale: Floats
    intercepts: Floats
    steepness: float = 1.0
    doubt: float = 0.0

    @cached_property
    def word_ids(self) -> dict[str, int]:
        """Word to id; 0 is the unknown word."""
        return dict(zip(self.words, range(1, len(self.words) + 1), strict=True))

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
    parts = [
        _sums(model, reviews[start : start + _REVIEWS_AT_ONCE])
        for start in range(0, len(reviews), _REVIEWS_AT_ONCE)
    ]
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


def save(model: NgramModel, folder: Path) -> None:
    """Write the arrays; words as one UTF-8 text, keys as differences, which compress well."""
    np.savez_compressed(
        folder / _WEIGHTS_FILE,
        words=np.frombuffer("\n".join(model.words).encode(), dtype=np.uint8),
        keys=np.diff(model.keys, prepend=0),
        weights=model.weights,
        ratios=model.ratios,
        scales=np.stack([model.weight_scale, model.ratio_scale, model.intercepts]),
        settings=np.array([model.max_order, model.steepness, model.doubt]),
    )


def load(folder: Path) -> NgramModel:
    """Read what `save` wrote, without pickle."""
    with np.load(folder / _WEIGHTS_FILE, allow_pickle=False) as arrays:
        max_order, steepness, doubt = arrays["settings"].tolist()
        weight_scale, ratio_scale, intercepts = arrays["scales"]
        return NgramModel(
            words=arrays["words"].tobytes().decode().split("\n"),
            max_order=int(max_order),
            keys=np.cumsum(arrays["keys"]),
            weights=arrays["weights"],
            ratios=arrays["ratios"],
            weight_scale=weight_scale,
            ratio_scale=ratio_scale,
            intercepts=intercepts,
            steepness=steepness,
            doubt=doubt,
        )


def _sums(model: NgramModel, reviews: Sequence[str]) -> Floats:
    """Return what `evidence` does, as one array: shape (reviews, 2, columns)."""
    owner, feature = _features(model, reviews)
    sums = [
        [np.bincount(owner, part.take(feature), minlength=len(reviews)) for part in column]
        for column in model.contributions
    ]
    return np.array(sums).transpose(2, 1, 0)


def _features(model: NgramModel, reviews: Sequence[str]) -> tuple[Ints, Ints]:
    """Return the distinct (review, n-gram) pairs that the model knows: two arrays, shape (pairs,)."""
    known = model.word_ids.get
    texts = encode(reviews, lambda words: map(known, words, repeat(UNKNOWN)), model.max_order)
    base = len(model.words) + 1
    found = [ngrams(texts, order, base) for order in range(1, model.max_order + 1)]
    codes = np.concatenate([code for code, _ in found])
    owners = np.concatenate([owner for _, owner in found])
    place = np.minimum(np.searchsorted(model.keys, codes), len(model.keys) - 1)
    hit = model.keys[place] == codes
    pairs = distinct(owners[hit] * len(model.keys) + place[hit])
    owner = pairs // len(model.keys)
    return owner, pairs - owner * len(model.keys)
