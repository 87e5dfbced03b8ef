"""Counting: from texts to a sparse matrix of the n-grams worth learning from, twice over the texts.

The first time the n-grams are only tallied, in buckets: memory does not grow with the texts. The second
time those of the promising buckets are kept as they are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from algorithms.ngram.tokens import CODE_BITS, Codes, Ints, distinct, ngrams, portions, read_words, whole

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_LEAST_BUCKET_BITS, _MOST_BUCKET_BITS = 16, 25
_ROW_BITS = np.uint64(24)
_CODE_SHIFT = np.uint64(CODE_BITS)


@dataclass(frozen=True)
class Counts:
    """Which text holds which n-gram: `present` is (texts, n-grams) of ones, `keys` their codes, ascending."""

    keys: Codes
    present: sp.csr_matrix

    @property
    def frequency(self) -> Floats:
        """In how many texts each n-gram is: shape (n-grams,)."""
        return np.bincount(self.present.indices, minlength=len(self.keys)).astype(np.float64)


@dataclass(frozen=True)
class Tally:
    """Per bucket of n-grams: in how many texts (buckets,), in how many of each class (classes, buckets)."""

    frequency: npt.NDArray[np.float32]
    shares: npt.NDArray[np.float32]


def tally(texts: Sequence[str], shares: Floats, max_order: int) -> Tally:
    """Tally the n-grams of up to `max_order` words.

    `shares` (texts, classes) tells which classes each text is of.
    """
    classes = shares.shape[1]
    # A bucket for every character, up to a point: there are fewer n-grams than characters.
    bits = min(max(sum(map(len, texts)).bit_length(), _LEAST_BUCKET_BITS), _MOST_BUCKET_BITS)
    buckets = 2**bits
    result = Tally(np.zeros(buckets, np.float32), np.zeros((classes, buckets), np.float32))
    for portion, code, row in _pairs(texts, max_order):
        pairs = distinct(code << _ROW_BITS | row)
        bucket = _bucket(pairs >> _ROW_BITS, buckets)
        # Where each bucket's pairs begin; of no pairs nothing does.
        begin = np.flatnonzero(np.diff(bucket, prepend=-1))
        bucket = bucket[begin]
        result.frequency[bucket] += np.diff(begin, append=len(pairs))
        of_row = (pairs & ((np.uint64(1) << _ROW_BITS) - np.uint64(1))).view(np.int64)
        for total, share in zip(result.shares, shares[portion].T, strict=True):
            total[bucket] += np.add.reduceat(share.take(of_row), begin) if len(begin) else 0
    return result


def gather(texts: Sequence[str], wanted: Bools, max_order: int) -> Counts:
    """Return the n-grams of the wanted buckets, and which text holds which."""
    codes, lengths = [], []
    for portion, code, row in _pairs(texts, max_order):
        pairs = distinct(row << _CODE_SHIFT | code)
        each = pairs & ((np.uint64(1) << _CODE_SHIFT) - np.uint64(1))
        kept = wanted.take(_bucket(each, len(wanted)))
        codes.append(each[kept])
        of_row = (pairs[kept] >> _CODE_SHIFT).view(np.int64)
        lengths.append(np.bincount(of_row, minlength=portion.stop - portion.start))
    keys = distinct(np.concatenate(codes))
    columns = np.concatenate([np.searchsorted(keys, code).astype(np.int32) for code in codes])
    begin = np.r_[0, np.cumsum(np.concatenate(lengths))]
    return Counts(
        keys,
        sp.csr_matrix((np.ones(len(columns), np.float32), columns, begin), shape=(len(texts), len(keys))),
    )


def _bucket(codes: Codes, buckets: int) -> Ints:
    return (codes >> np.uint64(CODE_BITS - buckets.bit_length() + 1)).view(np.int64)


def _pairs(texts: Sequence[str], max_order: int) -> Iterator[tuple[slice, Codes, Codes]]:
    """Yield the (n-gram, text within the portion) pairs of each portion of the texts, repeats among them."""
    for portion in portions(texts):
        words = read_words(texts[portion])
        inside = np.flatnonzero(whole(words, max_order))
        row = words.owner.take(inside // max_order).view(np.uint64)
        yield portion, ngrams(words, max_order).take(inside), row
