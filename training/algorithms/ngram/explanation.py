"""Why a text got its answer: the words and phrases that moved it most."""

from collections import defaultdict

import numpy as np

from algorithms import Reason
from algorithms.ngram.lookup import Hits
from algorithms.ngram.model import NgramModel, logits
from algorithms.ngram.tokens import read_words, split
from algorithms.ngram.views import Floats


def explain(model: NgramModel, review: str, most: int) -> list[Reason]:
    """Return at most `most` reasons, the weightiest first; what the model does not know is none."""
    words = read_words([review])
    (sums,) = model.lookup.sums(words)
    # The calibrated log odds are proportional to the score: this is what a score of one adds.
    scale = logits(model, np.ones((1, model.columns)), sums[:1, 1])[0]
    lengths = np.sqrt(np.maximum(sums[:, 1], 1e-12))
    effects = _effects(model, split(review), model.lookup.hits(words), lengths)
    reasons = [_reason(phrase, effect * scale) for phrase, effect in effects.items()]
    reasons.sort(key=lambda reason: (-reason.weight, reason.phrase))
    return [reason for reason in reasons[:most] if reason.weight > 0]


def _effects(model: NgramModel, words: list[bytes], hits: Hits, lengths: Floats) -> dict[str, Floats]:
    """Return what each phrase adds to the score, over all views: shape (columns,) each."""
    effects: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(model.columns))
    shares = np.array([[view.share] for view in model.views]) / lengths
    # An n-gram counts once, however often it is seen.
    _, once = np.unique(hits.place, return_index=True)
    for hit in once.tolist():
        phrase = b" ".join(words[hits.start[hit] : hits.start[hit] + hits.order[hit]]).decode()
        effects[phrase] += (model.lookup.contributions[hits.place[hit], :, 0] * shares).sum(axis=0)
    return effects


def _reason(phrase: str, effect: Floats) -> Reason:
    """Name the label that the phrase raises most above the mean of the others."""
    if len(effect) == 1:
        return Reason(phrase, int(effect[0] > 0), abs(float(effect[0])))
    label = int(effect.argmax())
    others = (effect.sum() - effect[label]) / (len(effect) - 1)
    return Reason(phrase, label, float(effect[label] - others))
