"""Why a text got its answer: the words and phrases that moved it most."""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from algorithms import Reason
from algorithms.ngram.model import Floats, NgramModel, View, logits
from algorithms.ngram.tokens import Words, ngrams, read_words


def explain(model: NgramModel, review: str, most: int) -> list[Reason]:
    """Return at most `most` reasons, the weightiest first; what the model does not know is none."""
    words = read_words([review])
    columns = len(model.views[0].intercepts)
    effects: defaultdict[str, Floats] = defaultdict(lambda: np.zeros(columns))
    for view in model.views:
        for phrase, effect in _effects(view, words):
            effects[phrase] += effect
    _, squared_length = model.views[0].sums(words)
    # The calibrated log odds are proportional to the score: this is what a score of one adds.
    scale = logits(model, np.ones((1, columns)), squared_length.T)[0]
    reasons = [_reason(phrase, effect * scale) for phrase, effect in effects.items()]
    reasons.sort(key=lambda reason: (-reason.weight, reason.phrase))
    return [reason for reason in reasons[:most] if reason.weight > 0]


def _effects(view: View, words: Words) -> Iterator[tuple[str, Floats]]:
    """Yield each known n-gram of the text once, with what it adds to the score: shape (columns,)."""
    words = view.span.words(words)
    _, squared_length = view.sums(words)
    length = np.sqrt(np.maximum(squared_length[:, 0], 1e-12))
    seen = set()
    for order, run in enumerate(ngrams(words, view.span.max_order), start=1):
        for start, place in zip(*map(np.ndarray.tolist, view.table.find(run)), strict=True):
            if place not in seen:
                seen.add(place)
                added = np.array([weights[place] for weights, _ in view.contributions])
                yield _phrase(words, start, order), view.share * added / length


def _reason(phrase: str, effect: Floats) -> Reason:
    """Name the label that the phrase raises most above the mean of the others."""
    if len(effect) == 1:
        return Reason(phrase, int(effect[0] > 0), abs(float(effect[0])))
    label = int(effect.argmax())
    others = (effect.sum() - effect[label]) / (len(effect) - 1)
    return Reason(phrase, label, float(effect[label] - others))


def _phrase(words: Words, start: int, order: int) -> str:
    edges = words.edges[start : start + order]
    # Between two words there may be several blanks.
    return " ".join(words.text[edges[0, 0] : edges[-1, 1] + 1].decode().split())
