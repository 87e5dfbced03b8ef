"""All views' n-grams in one table, so that a text is looked up once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from algorithms.ngram.table import Table, build
from algorithms.ngram.tokens import Ints, Words, distinct, ngrams
from algorithms.ngram.views import Floats, View


@dataclass(frozen=True)
class Hits:
    """The known n-grams of texts, repeats too: first word, number of words, place among the keys: (hits,)."""

    start: Ints
    order: Ints
    place: Ints


@dataclass(frozen=True)
class Lookup:
    """The n-grams of several views; contributions has, per view and column, what each adds to the score and
    to the squared length: two arrays (n-grams,), 0 where the view does not know it.
    """

    table: Table
    size: int
    max_order: int
    last_words: list[int]
    contributions: list[list[tuple[Floats, Floats]]]

    def hits(self, words: Words) -> Hits:
        """Find the n-grams. None holds the end of a text, so those that run over one are not found."""
        runs = ngrams(words, self.max_order)
        found, place = self.table.find(np.concatenate(runs))
        begin = np.cumsum([0, *(len(run) for run in runs[:-1])])
        order = np.searchsorted(begin, found, side="right")
        return Hits(found - begin.take(order - 1), order, place)

    def seen(self, words: Words, hits: Hits, last_words: int) -> Ints:
        """Return which hits begin within the last words of their text; all of them if that is 0."""
        if not last_words:
            return np.arange(len(hits.start))
        ends = np.flatnonzero(np.diff(words.owner, append=words.size))
        return np.flatnonzero(hits.start >= ends.take(words.owner.take(hits.start)) - last_words)

    def sums(self, words: Words) -> Floats:
        """Return the summed weights and the squared lengths: shape (views, 2, columns, texts)."""
        hits = self.hits(words)
        pairs = {last: self._pairs(words, hits, last) for last in set(self.last_words)}
        sums = [
            [np.bincount(pairs[last][0], part.take(pairs[last][1]), minlength=words.size) for part in column]
            for last, view in zip(self.last_words, self.contributions, strict=True)
            for column in view
        ]
        return np.array(sums).reshape(len(self.last_words), -1, 2, words.size).swapaxes(1, 2)

    def _pairs(self, words: Words, hits: Hits, last_words: int) -> tuple[Ints, Ints]:
        """Return the distinct (text, n-gram) pairs: two arrays, shape (pairs,)."""
        seen = self.seen(words, hits, last_words)
        owner = words.owner.take(hits.start.take(seen))
        pairs = distinct(owner * self.size + hits.place.take(seen))
        owner = pairs // self.size
        return owner, pairs - owner * self.size


def join(views: Sequence[View]) -> Lookup:
    """Put the n-grams of all views into one table."""
    keys = distinct(np.concatenate([view.keys for view in views]))
    return Lookup(
        table=build(keys),
        size=len(keys),
        max_order=max(view.span.max_order for view in views),
        last_words=[view.span.last_words for view in views],
        contributions=[_contributions(view, np.searchsorted(keys, view.keys), len(keys)) for view in views],
    )


def _contributions(view: View, places: Ints, size: int) -> list[tuple[Floats, Floats]]:
    weights, squares = np.zeros((2, view.weights.shape[1], size))
    weights[:, places] = (view.weights * view.weight_scale).T
    squares[:, places] = ((view.values * view.value_scale) ** 2).T
    return list(zip(weights, squares, strict=True))
