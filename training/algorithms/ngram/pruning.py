"""Pruning and quantisation: from weights on every n-gram learnt from to a small table of bytes."""

import numpy as np
import numpy.typing as npt

from algorithms.ngram.counting import Counts, Floats
from algorithms.ngram.fitting import Fit
from algorithms.ngram.knobs import Knobs
from algorithms.ngram.model import NgramModel
from refusals import Refused


def pack(counts: Counts, fits: list[Fit], knobs: Knobs) -> NgramModel:
    """Keep the most useful n-grams, and round their weights and ratios to one byte."""
    frequency = np.asarray(counts.present.sum(axis=0, dtype=np.float64)).ravel()
    kept = _most_useful(frequency, fits, knobs.features)
    if not len(kept):
        raise Refused("No word or phrase tells the labels apart: the labels look unrelated to the texts.")
    weights, weight_scale = _bytes([one.ratios[kept] * one.weights[kept] for one in fits])
    ratios, ratio_scale = _bytes([one.ratios[kept] for one in fits])
    intercepts = np.array([one.intercept for one in fits])
    keys = counts.keys[kept]
    return NgramModel(knobs.max_order, keys, weights, ratios, weight_scale, ratio_scale, intercepts)


def _most_useful(frequency: Floats, fits: list[Fit], features: int) -> npt.NDArray[np.intp]:
    """Return the places of the n-grams to keep, ascending: largest |weight| * sqrt(document frequency)."""
    strongest = np.max([np.abs(one.ratios * one.weights) for one in fits], axis=0)
    use = strongest * np.sqrt(frequency)
    order = np.argsort(-use, kind="stable")[: min(features, np.count_nonzero(use))]
    return np.sort(order)


def _bytes(columns: list[Floats]) -> tuple[npt.NDArray[np.int8], Floats]:
    values = np.stack(columns, axis=1)
    scale = np.maximum(np.abs(values).max(axis=0), 1e-12) / 127
    return np.rint(values / scale).astype(np.int8), scale
