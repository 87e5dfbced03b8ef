"""Pruning and quantisation: from weights on every n-gram learnt from to a small table of bytes."""

import numpy as np
import numpy.typing as npt

from algorithms.ngram.fitting import Fit
from algorithms.ngram.tokens import Codes
from algorithms.ngram.views import Floats, View


def pack(keys: Codes, frequency: Floats, fits: list[Fit], max_order: int, features: int) -> View:
    """Keep the most useful n-grams, and round their weights and ratios to one byte."""
    kept = _most_useful(frequency, fits, features)
    weights, weight_scale = _bytes([one.ratios[kept] * one.weights[kept] for one in fits])
    values, value_scale = _bytes([one.ratios[kept] for one in fits])
    intercepts = np.array([one.intercept for one in fits])
    return View(max_order, keys[kept], weights, values, weight_scale, value_scale, intercepts)


def _most_useful(frequency: Floats, fits: list[Fit], features: int) -> npt.NDArray[np.intp]:
    """Return the places of the n-grams to keep, ascending: largest |weight| * sqrt(document frequency)."""
    strongest = np.max([np.abs(one.ratios * one.weights) for one in fits], axis=0)
    use = strongest * np.sqrt(frequency)
    order = np.argsort(-use, kind="stable")[: min(features, np.count_nonzero(use))]
    return np.sort(order)


def _bytes(columns: list[Floats]) -> tuple[npt.NDArray[np.int8], Floats]:
    values = np.stack(columns, axis=1)
    scale = np.maximum(np.abs(values).max(axis=0, initial=0), 1e-12) / 127
    return np.rint(values / scale).astype(np.int8), scale
