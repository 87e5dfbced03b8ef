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
    """Train on the training rows, calibrate on the validation rows, then train again on both.

    With a teacher the unlabelled rows are training rows, too, each as far of a class as the teacher says
    (Hinton et al. 2015, *Distilling the Knowledge in a Neural Network*).
    """
    shares, taught = _shares(examples), _taught(examples)
    lessons = examples.unlabelled if len(taught) else ()
    own = shares[: len(examples.train)]
    draft = learn([*examples.train, *lessons], np.concatenate([own, taught]), knobs)
    draft = calibrate(draft, examples.validation, examples.validation_codes, knobs.seed)
    texts = [*examples.train, *examples.validation, *lessons]
    final = learn(texts, np.concatenate([shares, taught]), knobs)
    model = final.calibrated(draft.steepness, draft.doubt)
    return Trained(model, predict(draft, examples.validation), len(lessons))


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
    columns = _columns(examples)
    return np.stack([codes == column for column in columns], axis=1).astype(np.float64)


def _taught(examples: Examples) -> Floats:
    """Tell how far each unlabelled row is of each column's class; without a teacher there are no rows."""
    columns = _columns(examples)
    soft = examples.soft_labels
    return np.zeros((0, len(columns))) if soft is None else soft[:, columns]


def _columns(examples: Examples) -> list[int]:
    return [1] if len(examples.labels) == 2 else list(range(len(examples.labels)))
