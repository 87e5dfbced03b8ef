"""Training: count, fit, prune, calibrate; once more with the validation rows."""

from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits

from algorithms import Examples, Trained
from algorithms.ngram.calibration import calibrate
from algorithms.ngram.counting import Bools, Counts, Floats, empty_tally, gather, in_buckets
from algorithms.ngram.fitting import Fit, fit, promising
from algorithms.ngram.knobs import Knobs
from algorithms.ngram.model import NgramModel, predict
from algorithms.ngram.pruning import pack
from algorithms.ngram.threads import rows
from algorithms.ngram.topics import Topics, find_topics, topic_view
from refusals import Refused


def train_model(examples: Examples, knobs: Knobs) -> Trained:
    """Train on the training rows, calibrate on the validation rows, then train again on both.

    Unlabelled rows are training rows where a teacher labelled them; otherwise they tell of topics.
    """
    # Several threads on vectors of this length cost four times the CPU, and no less time.
    with threadpool_limits(limits=1, user_api="blas"):
        if examples.soft_labels is None:
            return _with_topics(examples, knobs)
        return _with_lessons(examples, examples.soft_labels, knobs)


def _with_topics(examples: Examples, knobs: Knobs) -> Trained:
    """Use what unlabelled rows teach only if the validation rows are judged better with it."""
    everything = [*examples.train, *examples.validation]
    shares = _shares(examples)
    known = shares[: len(examples.train)]
    draft, final = learn(everything, shares, len(known), knobs)
    draft, used = _calibrated(draft, examples, knobs), 0
    extra = examples.unlabelled[: knobs.topic_texts]
    if extra and (topics := find_topics(everything[: knobs.topic_texts], extra, knobs)):
        wider = _calibrated(_widened(draft, topics, known, knobs), examples, knobs)
        if _loss(wider, examples) < _loss(draft, examples):
            draft, final, used = wider, _widened(final, topics, shares, knobs), len(extra)
    return _trained(draft, final, used, examples)


def _with_lessons(examples: Examples, soft_labels: Floats, knobs: Knobs) -> Trained:
    """Learn from unlabelled rows, too, each as far of a class as the teacher says.

    Hinton et al. 2015, *Distilling the Knowledge in a Neural Network*.
    """
    lessons, shares = examples.unlabelled, _shares(examples)
    taught = soft_labels[:, _columns(examples)]
    known = len(examples.train)
    texts = [*examples.train, *lessons, *examples.validation]
    draft, final = learn(
        texts, np.concatenate([shares[:known], taught, shares[known:]]), known + len(lessons), knobs
    )
    return _trained(_calibrated(draft, examples, knobs), final, len(lessons), examples)


def _trained(draft: NgramModel, final: NgramModel, used: int, examples: Examples) -> Trained:
    """Give the model of all rows the calibration of the draft, which has not seen the validation rows."""
    final = final.calibrated(draft.steepness, draft.doubt)
    return Trained(final, predict(draft, examples.validation), used)


def learn(texts: Sequence[str], shares: Floats, first: int, knobs: Knobs) -> tuple[NgramModel, NgramModel]:
    """Learn which classes each text is of, `shares` (texts, columns), from its n-grams.

    Twice, with one count: what the `first` texts alone teach, and what all of them do.
    """
    wanted = _wanted(texts, shares, first, knobs)
    counts = gather(texts, np.logical_or(*wanted), knobs.max_order)
    of_first, of_all = (np.flatnonzero(in_buckets(counts.keys, buckets)) for buckets in wanted)
    part = rows(counts.present, 0, first)
    early = [fit(part, share, knobs, of_first) for share in shares[:first].T]
    late = [
        fit(counts.present, share, knobs, of_all, near) for share, near in zip(shares.T, early, strict=True)
    ]
    return _packed(Counts(counts.keys, part), early, knobs), _packed(counts, late, knobs)


def _wanted(texts: Sequence[str], shares: Floats, first: int, knobs: Knobs) -> list[Bools]:
    """Tell which buckets' n-grams tell classes apart in the first texts, and which in all of them.

    Each by its own count: what the first have to be judged by must not choose what they are judged on.
    """
    counted, wanted = empty_tally(texts, shares.shape[1]), list[Bools]()
    for part in (slice(first), slice(first, None)):
        counted.add(texts[part], shares[part], knobs.max_order)
        if not (counted.frequency >= knobs.min_reviews).any():
            raise Refused("The reviews share no words, so there is nothing an n-gram model could learn from.")
        wanted.append(promising(counted, knobs))
    return wanted


def _packed(counts: Counts, fits: list[Fit], knobs: Knobs) -> NgramModel:
    view = pack(counts.keys, counts.frequency, fits, knobs.max_order, knobs.features)
    if not len(view.keys):
        raise Refused("No word or phrase tells the labels apart: the labels look unrelated to the texts.")
    return NgramModel((view,))


def _widened(model: NgramModel, topics: Topics, shares: Floats, knobs: Knobs) -> NgramModel:
    return NgramModel((*model.views, topic_view(topics, shares, knobs)))


def _calibrated(model: NgramModel, examples: Examples, knobs: Knobs) -> NgramModel:
    return calibrate(model, examples.validation, examples.validation_codes, knobs.seed)


def _loss(model: NgramModel, examples: Examples) -> float:
    """Return the mean log loss on the validation rows."""
    rows = np.arange(len(examples.validation))
    right = predict(model, examples.validation)[rows, examples.validation_codes]
    return float(-np.log(np.maximum(right, 1e-12)).mean())


def _shares(examples: Examples) -> Floats:
    """Tell which rows are of each column's class; two classes have one column, the second's."""
    codes = np.concatenate([examples.train_codes, examples.validation_codes])
    columns = _columns(examples)
    return np.stack([codes == column for column in columns], axis=1).astype(np.float64)


def _columns(examples: Examples) -> list[int]:
    return [1] if len(examples.labels) == 2 else list(range(len(examples.labels)))
