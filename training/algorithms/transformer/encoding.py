"""From a review to subword numbers, the same in training and serving: needs tokenizers and numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

Ints = npt.NDArray[np.int64]

_TEXTS_AT_ONCE = 1000


@dataclass(frozen=True)
class Marks:
    """The numbers of the subwords that stand before, after and beside a text."""

    begin: int
    end: int
    pad: int


@dataclass(frozen=True)
class Encoder:
    """Cuts texts into subwords; of a long text the head and the tail are kept, `length` in all."""

    tokenizer: Tokenizer
    marks: Marks
    length: int
    head_share: float

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Return each text's subword numbers, between 2 and `length` of them."""
        encoded = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            part = list(texts[start : start + _TEXTS_AT_ONCE])
            for one in self.tokenizer.encode_batch_fast(part, add_special_tokens=False):
                encoded.append([self.marks.begin, *self.cut(one.ids), self.marks.end])
        return encoded

    def cut(self, ids: list[int]) -> list[int]:
        """Return the beginning and the end of a text that is too long.

        Reviews say what they think in their first and last sentences (Sun et al. 2019, *How to Fine-Tune
        BERT*: 128 and 382 subwords are better than the first or the last 510).
        """
        room = self.length - 2
        if len(ids) <= room:
            return ids
        head = round(room * self.head_share)
        return ids[:head] + ids[len(ids) - (room - head) :]


def padded(rows: Sequence[list[int]], pad: int) -> tuple[Ints, Ints]:
    """Return the rows as one array and which of it is no padding (1, 0): shapes (rows, longest row)."""
    longest = max(map(len, rows))
    ids = np.full((len(rows), longest), pad, np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
    lengths = np.array([len(row) for row in rows])
    return ids, (np.arange(longest) < lengths[:, None]).astype(np.int64)


def by_length(rows: Sequence[list[int]], tokens_at_once: int) -> list[list[int]]:
    """Return the rows' places in groups of like length, `tokens_at_once` with padding or a single row."""
    groups: list[list[int]] = []
    for place in sorted(range(len(rows)), key=lambda row: len(rows[row])):
        longest = len(rows[place])
        if groups and (len(groups[-1]) + 1) * longest <= tokens_at_once:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups
