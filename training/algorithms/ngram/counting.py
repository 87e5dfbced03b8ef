"""Counting: from texts to a sparse matrix of the n-grams worth learning from, twice over the texts.

The first time the n-grams are only tallied, in buckets: memory does not grow with the texts. The second
time those of the promising buckets are kept as they are.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from algorithms.ngram.threads import mapped
from algorithms.ngram.tokens import (
    CODE_BITS,
    Codes,
    Ints,
    beginnings,
    distinct,
    ngrams,
    portions,
    read_words,
    whole,
)

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_LEAST_BUCKET_BITS, _MOST_BUCKET_BITS = 16, 25
_ROW_BITS = np.uint64(64 - CODE_BITS)
_ROW = np.uint64(2 ** (64 - CODE_BITS) - 1)
_COLUMN_BITS = np.uint64(32)
_MERGED_AT_ONCE = 2**22


@dataclass(frozen=True)
class Counts:
    """Which text holds which n-gram: `present` is (texts, n-grams) of ones, `keys` their codes, ascending."""

    keys: Codes
    present: sp.csr_matrix

    @property
    def frequency(self) -> Floats:
        """In how many texts each n-gram is: shape (n-grams,)."""
        # Single precision, in which 16 million texts can be counted: scipy would copy the matrix otherwise.
        ones = np.ones(self.present.shape[0], np.float32)
        return np.asarray(self.present.T @ ones, np.float64)


@dataclass(frozen=True)
class Tally:
    """Per bucket of n-grams: in how many texts (buckets,), in how many of each class (classes, buckets)."""

    frequency: npt.NDArray[np.float32]
    shares: npt.NDArray[np.float32]

    def add(self, texts: Sequence[str], shares: Floats, max_order: int) -> None:
        """Count the n-grams of up to `max_order` words.

        `shares` (texts, classes) tells which classes each text is of.
        """
        work = partial(_tallied, texts, shares, max_order, len(self.frequency))
        for bucket, frequency, of_classes in mapped(work, portions(texts)):
            self.frequency[bucket] += frequency
            for total, share in zip(self.shares, of_classes, strict=True):
                total[bucket] += share


def empty_tally(texts: Sequence[str], classes: int) -> Tally:
    """Return a tally with room for the n-grams of these texts."""
    # A bucket for every character, up to a point: there are fewer n-grams than characters.
    bits = min(max(sum(map(len, texts)).bit_length(), _LEAST_BUCKET_BITS), _MOST_BUCKET_BITS)
    return Tally(np.zeros(2**bits, np.float32), np.zeros((classes, 2**bits), np.float32))


def tally(texts: Sequence[str], shares: Floats, max_order: int) -> Tally:
    """Tally all of the texts at once (see `Tally.add`)."""
    result = empty_tally(texts, shares.shape[1])
    result.add(texts, shares, max_order)
    return result


def gather(texts: Sequence[str], wanted: Bools, max_order: int) -> Counts:
    """Return the n-grams of the wanted buckets, and which text holds which."""
    found = deque(mapped(partial(_gathered, texts, wanted, max_order), portions(texts)))
    keys = _merged(pairs >> _ROW_BITS for pairs, _ in found)
    begin = np.r_[0, np.cumsum(np.concatenate([lengths for _, lengths in found]))]
    columns, filled = np.empty(begin[-1], np.int32), 0
    # What is done is let go: at no time are there all pairs and all columns.
    for part in mapped(partial(_columns, keys), _drained(found)):
        columns[filled : filled + len(part)] = part
        filled += len(part)
    ones = np.ones(len(columns), np.float32)
    return Counts(keys, sp.csr_matrix((ones, columns, begin), shape=(len(texts), len(keys))))


def in_buckets(keys: Codes, wanted: Bools) -> Bools:
    """Tell which n-grams are in the wanted buckets: shape (n-grams,)."""
    return wanted.take(_bucket(keys, len(wanted)))


def _tallied(
    texts: Sequence[str], shares: Floats, max_order: int, buckets: int, portion: slice
) -> tuple[Ints, Ints, list[Floats]]:
    """Return the buckets of a portion of the texts, in how many texts each is, and in how many per class."""
    code, row = _pairs(texts[portion], max_order)
    pairs = distinct(code << _ROW_BITS | row)
    bucket = _bucket(pairs >> _ROW_BITS, buckets)
    begin = beginnings(bucket)
    of_row = (pairs & _ROW).view(np.int64)
    totals = [
        np.add.reduceat(share.take(of_row), begin) if len(begin) else share[:0] for share in shares[portion].T
    ]
    return bucket.take(begin), np.diff(begin, append=len(pairs)), totals


def _gathered(texts: Sequence[str], wanted: Bools, max_order: int, portion: slice) -> tuple[Codes, Ints]:
    """Return the wanted (n-gram, text) pairs of a portion of the texts, ascending; how many each text has."""
    code, row = _pairs(texts[portion], max_order)
    kept = wanted.take(_bucket(code, len(wanted)))
    pairs = distinct(code[kept] << _ROW_BITS | row[kept])
    of_row = (pairs & _ROW).view(np.int64)
    return pairs, np.bincount(of_row, minlength=portion.stop - portion.start)


def _columns(keys: Codes, found: tuple[Codes, Ints]) -> Codes:
    """Return the n-grams' places in `keys`, text by text and ascending in each."""
    pairs, _ = found
    # Looked up in the order of the codes, which takes half as long as in that of the texts.
    column = np.searchsorted(keys, pairs >> _ROW_BITS).view(np.uint64)
    return np.sort((pairs & _ROW) << _COLUMN_BITS | column) & np.uint64(2**32 - 1)


def _merged(parts: Iterator[Codes]) -> Codes:
    """Return the distinct codes of all parts, ascending, with memory for those and not for all."""
    merged, waiting, size = np.empty(0, np.uint64), [], 0
    for part in parts:
        waiting.append(part.take(beginnings(part)))
        size += len(waiting[-1])
        if size > _MERGED_AT_ONCE:
            merged, waiting, size = distinct(np.concatenate([merged, *waiting])), [], 0
    return distinct(np.concatenate([merged, *waiting]))


def _drained(parts: deque[tuple[Codes, Ints]]) -> Iterator[tuple[Codes, Ints]]:
    while parts:
        yield parts.popleft()


def _bucket(codes: Codes, buckets: int) -> Ints:
    return (codes >> np.uint64(CODE_BITS - buckets.bit_length() + 1)).view(np.int64)


def _pairs(texts: Sequence[str], max_order: int) -> tuple[Codes, Codes]:
    """Return the (n-gram, text) pairs of a few texts, repeats among them."""
    words = read_words(texts)
    inside = np.flatnonzero(whole(words, max_order))
    row = words.owner.take(inside % len(words.hashes)).view(np.uint64)
    return ngrams(words, max_order).take(inside), row
