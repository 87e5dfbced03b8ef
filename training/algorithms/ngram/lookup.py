"""All views' n-grams in one table, so that a text is looked up once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from algorithms.ngram.table import Table, build
from algorithms.ngram.tokens import Codes, Ints, Words, beginnings, distinct, ngrams
from algorithms.ngram.views import Floats, View


@dataclass(frozen=True)
class Hits:
    """The known n-grams of texts, repeats too: first word, number of words, place among the keys: (hits,)."""

    start: Ints
    order: Ints
    place: Ints


@dataclass(frozen=True)
class Group:
    """The views (by number) that see the same words, and what each n-gram adds to their scores and to their
    squared lengths: contributions (n-grams, views, 2, columns), 0 where a view does not know it.
    """

    last_words: int
    views: list[int]
    contributions: Floats


@dataclass(frozen=True)
class Lookup:
    """The n-grams of several views in one table."""

    table: Table
    size: int
    max_order: int
    groups: list[Group]

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
        return np.flatnonzero(hits.start >= words.ends.take(words.owner.take(hits.start)) - last_words)

    def sums(self, words: Words) -> Floats:
        """Return the summed weights and the squared lengths: shape (texts, views, 2, columns)."""
        hits = self.hits(words)
        parts = [self._sums(words, hits, group) for group in self.groups]
        return np.concatenate(parts, axis=1)[
            :, np.argsort([view for group in self.groups for view in group.views])
        ]

    def _sums(self, words: Words, hits: Hits, group: Group) -> Floats:
        owner, place = self._pairs(words, hits, group.last_words)
        sums = np.zeros((words.size, *group.contributions.shape[1:]))
        begin = beginnings(owner)
        if len(begin):
            sums[owner.take(begin)] = np.add.reduceat(group.contributions.take(place, axis=0), begin)
        return sums

    def _pairs(self, words: Words, hits: Hits, last_words: int) -> tuple[Ints, Ints]:
        """Return the distinct (text, n-gram) pairs: two arrays, shape (pairs,)."""
        seen = self.seen(words, hits, last_words)
        owner = words.owner.take(hits.start.take(seen))
        pairs = distinct(owner * self.size + hits.place.take(seen))
        owner = pairs // self.size
        return owner, pairs - owner * self.size


def join(views: Sequence[View]) -> Lookup:
    """Put the n-grams of all views into one table, those of one span's words into one group."""
    keys = distinct(np.concatenate([view.keys for view in views]))
    spans = [view.span.last_words for view in views]
    groups = []
    for last in dict.fromkeys(spans):
        members = [number for number, span in enumerate(spans) if span == last]
        contributions = np.stack([_contributions(views[number], keys) for number in members], axis=1)
        groups.append(Group(last, members, contributions))
    return Lookup(build(keys), len(keys), max(view.span.max_order for view in views), groups)


def _contributions(view: View, keys: Codes) -> Floats:
    result = np.zeros((len(keys), 2, view.weights.shape[1]))
    places = np.searchsorted(keys, view.keys)
    result[places, 0] = view.weights * view.weight_scale
    result[places, 1] = (view.values * view.value_scale) ** 2
    return result
