"""Why a text got its answer: the words and phrases that moved it most."""

import numpy as np

from algorithms import Reason
from algorithms.ngram.model import Floats, NgramModel, logits
from algorithms.ngram.tokens import Ints, Words, ngrams, read_words


def explain(model: NgramModel, review: str, most: int) -> list[Reason]:
    """Return at most `most` reasons, the weightiest first; what the model does not know is none."""
    words = read_words([review])
    runs = ngrams(words, model.max_order)
    found, places = model.table.find(np.concatenate(runs))
    # An n-gram counts once however often it stands there: shown is where it stands first.
    places, first = np.unique(places, return_index=True)
    effects = _effects(model, places)
    labels = effects.argmax(axis=1)
    weights = effects.max(axis=1)
    order = np.argsort(-weights, kind="stable")[:most]
    starts = np.concatenate([np.arange(len(run)) for run in runs])[found[first]]
    orders = np.repeat(np.arange(1, len(runs) + 1), [len(run) for run in runs])[found[first]]
    return [
        Reason(_phrase(words, int(starts[row]), int(orders[row])), int(labels[row]), float(weights[row]))
        for row in order
        if weights[row] > 0
    ]


def _effects(model: NgramModel, places: Ints) -> Floats:
    """Return what each n-gram adds to a label's log odds, above the mean of the others: (n-grams, labels)."""
    scores = np.stack([column[0].take(places) for column in model.contributions], axis=1)
    squared_length = np.stack([column[1].take(places) for column in model.contributions], axis=1).sum(axis=0)
    # The calibrated log odds grow linearly with the summed weights: the slope is what one more adds.
    sums = np.stack([np.zeros(scores.shape[1]), np.ones(scores.shape[1])])
    scores = scores * np.diff(logits(model, sums, np.stack([squared_length] * 2)), axis=0)
    if scores.shape[1] == 1:
        return np.hstack([-scores, scores])
    others = (scores.sum(axis=1, keepdims=True) - scores) / (scores.shape[1] - 1)
    return np.asarray(scores - others)


def _phrase(words: Words, start: int, order: int) -> str:
    edges = words.edges[start : start + order]
    # Between two words there may be several blanks.
    return " ".join(words.text[edges[0, 0] : edges[-1, 1] + 1].decode().split())
