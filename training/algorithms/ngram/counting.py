"""Counting: from texts to a sparse matrix of the n-grams that several texts share."""

import functools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from algorithms.ngram.tokens import Ints, Texts, distinct, encode, ngrams

# Three digits below 2**21 fit a signed 64-bit code.
_MOST_WORDS = 2**20


@dataclass(frozen=True)
class Counts:
    """Which text holds which n-gram: `present` is (texts, n-grams) of ones, `keys` their codes, ascending."""

    words: list[str]
    keys: Ints
    present: sp.csr_matrix

    @property
    def base(self) -> int:
        """The base of the codes: one above the largest word id."""
        return len(self.words) + 1


def count(texts: Sequence[str], max_order: int, min_texts: int) -> Counts:
    """Count the n-grams of up to `max_order` words that at least `min_texts` texts hold."""
    words, encoded = _vocabulary(texts, max_order, min_texts)
    keys, rows, columns, total = [], [], [], 0
    for order in range(1, max_order + 1):
        found, row, column = _shared(*ngrams(encoded, order, len(words) + 1), min_texts)
        keys.append(found)
        rows.append(row.astype(np.int32))
        columns.append((column + total).astype(np.int32))
        total += len(found)
    row, column = np.concatenate(rows), np.concatenate(columns)
    ones = np.ones(len(row), np.float32)
    present = sp.csr_matrix((ones, (row, column)), shape=(len(texts), total))
    return Counts(words, np.concatenate(keys), present)


def _vocabulary(texts: Sequence[str], gap: int, min_texts: int) -> tuple[list[str], Texts]:
    seen: defaultdict[str, int] = defaultdict()
    seen.default_factory = lambda: len(seen) + 1
    encoded = encode(texts, functools.partial(map, seen.__getitem__), gap)
    pairs = distinct(encoded.ids * encoded.size + encoded.owner)
    frequency = np.bincount(pairs // max(encoded.size, 1), minlength=len(seen) + 1)
    frequency[0] = 0
    common = np.flatnonzero(frequency >= min_texts)
    # The most frequent first: small numbers, which compress well; ties by first appearance.
    common = common[np.argsort(-frequency[common], kind="stable")][:_MOST_WORDS]
    new_id = np.zeros(len(seen) + 1, np.int64)
    new_id[common] = np.arange(1, len(common) + 1)
    names = list(seen)
    words = [names[old - 1] for old in common]
    return words, Texts(new_id[encoded.ids], encoded.owner, encoded.size)


def _shared(codes: Ints, owners: Ints, min_texts: int) -> tuple[Ints, Ints, Ints]:
    """Return the codes that enough texts hold, and the distinct (text, code) pairs of those."""
    if not len(codes):
        return codes, owners, codes
    # A stable sort keeps each code's texts in order, so repeats within a text are neighbours.
    by_code = np.argsort(codes, kind="stable")
    codes, owners = codes[by_code], owners[by_code]
    first = np.r_[True, codes[1:] != codes[:-1]]
    fresh = first | np.r_[True, owners[1:] != owners[:-1]]
    group = np.cumsum(first) - 1
    enough = np.bincount(group[fresh]) >= min_texts
    place = np.cumsum(enough) - 1
    kept = fresh & enough[group]
    return codes[first][enough], owners[kept], place[group[kept]]
