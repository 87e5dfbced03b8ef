"""All views' n-grams in one table, so that a text is looked up once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from algorithms.ngram.table import Table, build
from algorithms.ngram.tokens import Ints, Words, beginnings, distinct, ngrams
from algorithms.ngram.views import Floats, View


@dataclass(frozen=True)
class Hits:
    """The known n-grams of a text, repeats too: first word, number of words, place in the keys: (hits,)."""

    start: Ints
    order: Ints
    place: Ints


@dataclass(frozen=True)
class Lookup:
    """The n-grams of several views in one table, and what each adds to the views' scores and to their
    squared lengths: contributions (n-grams, views, 2, columns), 0 where a view does not know it.
    """

    table: Table
    contributions: npt.NDArray[np.float32]
    max_order: int

    def hits(self, words: Words) -> Hits:
        """Find the n-grams. None holds the end of a text, so those that run over one are not found."""
        at, place = self.table.find(ngrams(words, self.max_order).ravel())
        order, start = np.divmod(at, len(words.hashes))
        return Hits(start, order + 1, place)

    def sums(self, words: Words) -> Floats:
        """Return the summed weights and the squared lengths: shape (texts, views, 2, columns)."""
        at, place = self.table.find(ngrams(words, self.max_order).ravel())
        texts = len(words.ends)
        if texts == 1:
            rows = self.contributions.take(distinct(place), axis=0)
            alone: Floats = np.add.reduce(rows, axis=0, dtype=np.float64)[None]
            return alone
        bits = len(self.contributions).bit_length()
        pairs = distinct(words.owner.take(at % len(words.hashes)) << bits | place)
        owner = pairs >> bits
        rows = self.contributions.take(pairs & ((1 << bits) - 1), axis=0)
        sums = np.zeros((texts, *rows.shape[1:]))
        begin = beginnings(owner)
        if len(begin):
            sums[owner.take(begin)] = np.add.reduceat(rows, begin)
        return sums


def join(views: Sequence[View]) -> Lookup:
    """Put the n-grams of all views into one table."""
    keys = distinct(np.concatenate([view.keys for view in views]))
    contributions = np.zeros((len(keys), len(views), 2, len(views[0].intercepts)), np.float32)
    for number, view in enumerate(views):
        place = np.searchsorted(keys, view.keys)
        contributions[place, number, 0] = view.weights * view.weight_scale
        contributions[place, number, 1] = (view.values * view.value_scale) ** 2
    return Lookup(build(keys), contributions, max(view.max_order for view in views))
