"""Training: count, fit, prune, calibrate; then once more with the validation rows."""

from collections.abc import Sequence

import numpy as np

from algorithms import Examples, Trained
from algorithms.ngram.calibration import calibrate
from algorithms.ngram.counting import Floats, gather, tally
from algorithms.ngram.fitting import fit, promising
from algorithms.ngram.knobs import Knobs
from algorithms.ngram.model import NgramModel, predict
from algorithms.ngram.pruning import pack
from refusals import Refused


def train_model(examples: Examples, knobs: Knobs) -> Trained:
    """Train on the training rows, calibrate on the validation rows, then train again on both."""
    shares = _shares(examples)
    draft = learn(examples.train, shares[: len(examples.train)], knobs)
    draft = calibrate(draft, examples.validation, examples.validation_codes, knobs.seed)
    final = learn([*examples.train, *examples.validation], shares, knobs)
    return Trained(final.calibrated(draft.steepness, draft.doubt), predict(draft, examples.validation))


def learn(texts: Sequence[str], shares: Floats, knobs: Knobs) -> NgramModel:
    """Learn from texts how far each is of each class: `shares` is (texts, columns)."""
    counted = tally(texts, shares, knobs.max_order)
    if not (counted.frequency >= knobs.min_reviews).any():
        raise Refused("The reviews share no words, so there is nothing an n-gram model could learn from.")
    counts = gather(texts, promising(counted, knobs), knobs.max_order)
    return pack(counts, [fit(counts.present, share, knobs) for share in shares.T], knobs)


def _shares(examples: Examples) -> Floats:
    """Tell which rows are of each column's class; two classes have one column, the second's."""
    codes = np.concatenate([examples.train_codes, examples.validation_codes])
    columns = [1] if len(examples.labels) == 2 else range(len(examples.labels))
    return np.stack([codes == column for column in columns], axis=1).astype(np.float64)
