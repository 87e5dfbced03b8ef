"""Training: count, fit, prune, quantise, calibrate; then once more with the validation rows."""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from algorithms import Examples, Trained
from algorithms.ngram.calibration import calibrate
from algorithms.ngram.counting import Counts, count
from algorithms.ngram.fitting import Fit, fit, most_useful
from algorithms.ngram.knobs import Knobs
from algorithms.ngram.model import Floats, NgramModel, predict
from algorithms.ngram.tokens import Ints
from refusals import Refused


def train_model(examples: Examples, knobs: Knobs) -> Trained:
    """Train on the training rows, calibrate on the validation rows, then refit on both."""
    counts = count([*examples.train, *examples.validation], knobs.max_order, knobs.min_reviews)
    if not len(counts.keys):
        raise Refused("The reviews share no words, so there is nothing an n-gram model could learn from.")
    everything = np.concatenate([examples.train_codes, examples.validation_codes])
    classes = len(examples.labels)
    draft = _model(counts, everything, len(examples.train), classes, knobs)
    draft = calibrate(draft, examples.validation, examples.validation_codes, knobs.seed)
    final = _model(counts, everything, len(everything), classes, knobs)
    return Trained(final.calibrated(draft.steepness, draft.doubt), predict(draft, examples.validation))


def _model(counts: Counts, truth: npt.NDArray[np.intp], rows: int, classes: int, knobs: Knobs) -> NgramModel:
    """Fit the first rows; two classes need one column, more are each told from the rest."""
    present: sp.csr_matrix = counts.present[:rows]
    columns = [1] if classes == 2 else range(classes)
    fits = [fit(present, truth[:rows] == column, knobs) for column in columns]
    return _packed(counts, fits, most_useful(present, fits, knobs.features), knobs.max_order)


def _packed(counts: Counts, fits: list[Fit], kept: npt.NDArray[np.intp], max_order: int) -> NgramModel:
    """Keep the chosen n-grams with the words they need, and round weights and ratios to one byte."""
    weights, weight_scale = _bytes([one.ratios[kept] * one.weights[kept] for one in fits])
    ratios, ratio_scale = _bytes([one.ratios[kept] for one in fits])
    words, keys = _compact(counts, counts.keys[kept], max_order)
    intercepts = np.array([one.intercept for one in fits])
    return NgramModel(words, max_order, keys, weights, ratios, weight_scale, ratio_scale, intercepts)


def _bytes(columns: list[Floats]) -> tuple[npt.NDArray[np.int8], Floats]:
    values = np.stack(columns, axis=1)
    scale = np.maximum(np.abs(values).max(axis=0), 1e-12) / 127
    return np.rint(values / scale).astype(np.int8), scale


def _compact(counts: Counts, keys: Ints, max_order: int) -> tuple[list[str], Ints]:
    """Number the words anew, without those that no kept n-gram holds; the order of the keys stays."""
    digits = [keys // counts.base**place % counts.base for place in reversed(range(max_order))]
    used = np.unique(np.concatenate(digits))
    used = used[used > 0]
    new_id = np.zeros(counts.base, np.int64)
    new_id[used] = np.arange(1, len(used) + 1)
    compact = np.zeros(len(keys), np.int64)
    for digit in digits:
        compact = compact * (len(used) + 1) + new_id[digit]
    return [counts.words[word - 1] for word in used], compact
