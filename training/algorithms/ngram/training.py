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
from algorithms.ngram.tokens import UNKNOWN, Ints, distinct
from refusals import Refused


def train_model(examples: Examples, knobs: Knobs) -> Trained:
    """Train on the training rows, calibrate on the validation rows, then refit on both."""
    counts = count([*examples.train, *examples.validation], knobs.max_order, knobs.min_reviews)
    if not len(counts.keys):
        raise Refused("The reviews share no words, so there is nothing an n-gram model could learn from.")
    everything = np.concatenate([examples.train_codes, examples.validation_codes])
    # Two classes need one column, the second against the first; more are each told from the rest.
    columns = [1] if len(examples.labels) == 2 else list(range(len(examples.labels)))
    present = counts.present[: len(examples.train)]
    first = [fit(present, examples.train_codes == column, knobs) for column in columns]
    draft = _packed(counts, present, first, knobs)
    draft = calibrate(draft, examples.validation, examples.validation_codes, knobs.seed)
    pairs = zip(columns, first, strict=True)
    again = [fit(counts.present, everything == column, knobs, start) for column, start in pairs]
    final = _packed(counts, counts.present, again, knobs)
    return Trained(final.calibrated(draft.steepness, draft.doubt), predict(draft, examples.validation))


def _packed(counts: Counts, present: sp.csr_matrix, fits: list[Fit], knobs: Knobs) -> NgramModel:
    """Keep the most useful n-grams with the words they need, and round weights and ratios to one byte."""
    kept = most_useful(present, fits, knobs.features)
    if not len(kept):
        raise Refused("No word or phrase tells the labels apart: the labels look unrelated to the texts.")
    weights, weight_scale = _bytes([one.ratios[kept] * one.weights[kept] for one in fits])
    ratios, ratio_scale = _bytes([one.ratios[kept] for one in fits])
    words, keys = _compact(counts, counts.keys[kept], knobs.max_order)
    intercepts = np.array([one.intercept for one in fits])
    return NgramModel(words, knobs.max_order, keys, weights, ratios, weight_scale, ratio_scale, intercepts)


def _bytes(columns: list[Floats]) -> tuple[npt.NDArray[np.int8], Floats]:
    values = np.stack(columns, axis=1)
    scale = np.maximum(np.abs(values).max(axis=0), 1e-12) / 127
    return np.rint(values / scale).astype(np.int8), scale


def _compact(counts: Counts, keys: Ints, max_order: int) -> tuple[list[str], Ints]:
    """Number the words anew, without those that no kept n-gram holds; the order of the keys stays."""
    digits = [keys // counts.base**place % counts.base for place in reversed(range(max_order))]
    used = distinct(np.concatenate(digits))
    used = used[used != UNKNOWN]
    new_id = np.zeros(counts.base, np.int64)
    new_id[used] = np.arange(1, len(used) + 1)
    compact = np.zeros(len(keys), np.int64)
    for digit in digits:
        compact = compact * (len(used) + 1) + new_id[digit]
    return [counts.words[word - 1] for word in used], compact
