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
    """The known n-grams of texts, repeats too: owner (the text), start (the first word), order (how many
    words), row (among the contributions): shape (hits,) each.
    """

    owner: Ints
    start: Ints
    order: Ints
    row: Ints


@dataclass(frozen=True)
class Lookup:
    """The n-grams of several views in one table.

    contributions (2 * n-grams, views, 2, columns) is what an n-gram adds to the views' scores and to their
    squared lengths: in the first of its two rows where it begins in the last words of a text, in the
    second where it does not and views of the end do not see it.
    """

    table: Table
    contributions: npt.NDArray[np.float32]
    max_order: int
    last_words: int

    def hits(self, words: Words) -> Hits:
        """Find the n-grams. None holds the end of a text, so those that run over one are not found."""
        at, place = self.table.find(ngrams(words, self.max_order).ravel())
        start = at // self.max_order
        owner = words.owner.take(start)
        before_end = start < words.ends.take(owner) - self.last_words
        return Hits(owner, start, at - start * self.max_order + 1, 2 * place + before_end)

    def sums(self, words: Words) -> Floats:
        """Return the summed weights and the squared lengths: shape (texts, views, 2, columns)."""
        at, place = self.table.find(ngrams(words, self.max_order).ravel())
        # Where the last words of each text begin.
        end = (words.ends - self.last_words) * self.max_order
        if len(end) == 1:
            rows = self.contributions.take(_once(2 * place + (at < end)), axis=0)
            return np.asarray(rows.sum(axis=0, keepdims=True), np.float64)
        owner = words.owner.take(at // self.max_order)
        bits = len(self.contributions).bit_length()
        pairs = _once(owner << bits | 2 * place + (at < end.take(owner)))
        owner = pairs >> bits
        rows = self.contributions.take(pairs & ((1 << bits) - 1), axis=0)
        sums = np.zeros((len(end), *rows.shape[1:]))
        begin = beginnings(owner)
        if len(begin):
            sums[owner.take(begin)] = np.add.reduceat(rows, begin)
        return sums


def join(views: Sequence[View]) -> Lookup:
    """Put the n-grams of all views into one table; those of the end must agree on what the end is."""
    keys = distinct(np.concatenate([view.keys for view in views]))
    contributions = np.zeros((2 * len(keys), len(views), 2, len(views[0].intercepts)), np.float32)
    for number, view in enumerate(views):
        row = 2 * np.searchsorted(keys, view.keys)
        added = np.stack([view.weights * view.weight_scale, (view.values * view.value_scale) ** 2], axis=1)
        contributions[row, number] = added
        if not view.span.last_words:
            contributions[row + 1, number] = added
    orders, ends = zip(*((view.span.max_order, view.span.last_words) for view in views), strict=True)
    return Lookup(build(keys), contributions, max(orders), max(ends))


def _once(pairs: Ints) -> Ints:
    """Return the distinct pairs of a text and an n-gram, of its two rows the first that is there."""
    ordered = np.sort(pairs)
    return ordered.take(beginnings(ordered >> 1))
