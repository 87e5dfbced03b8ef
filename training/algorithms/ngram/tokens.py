"""Words, and the n-grams made of them, as whole numbers: the same coding in training and serving."""

import re
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

# Words with their apostrophes, runs of ! or ?, an ellipsis, and single emoji: each carries sentiment.
_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[!?]+|\.\.+|[\u2600-\u27BF\U0001F300-\U0001FAFF]")
UNKNOWN = 0


def tokenize(text: str) -> list[str]:
    """Split a cleaned text into lower-case tokens."""
    return _TOKEN.findall(text.lower().replace("\u2019", "'"))


@dataclass(frozen=True)
class Texts:
    """Texts as word ids, shape (tokens,), unknown words after each so that none runs into the next."""

    ids: Ints
    owner: Ints
    size: int


def encode(texts: Iterable[str], word_id: Callable[[str], int], gap: int) -> Texts:
    """Encode texts with `gap` unknown words after each; `owner` is each token's text, shape (tokens,)."""
    flat, lengths, padding = array("q"), [], [UNKNOWN] * gap
    for text in texts:
        words = tokenize(text)
        flat.extend(map(word_id, words))
        flat.extend(padding)
        lengths.append(len(words) + gap)
    ids = np.frombuffer(flat, dtype=np.int64) if flat else np.zeros(0, np.int64)
    return Texts(ids, np.repeat(np.arange(len(lengths)), lengths), len(lengths))


def ngrams(texts: Texts, order: int, base: int) -> tuple[Ints, Ints]:
    """Return the codes of all n-grams of known words, and the text of each: shapes (n-grams,).

    A code is the word ids read as the digits of a number: `base` is above every id, so codes of a
    longer n-gram are larger than those of any shorter one.
    """
    length = max(len(texts.ids) - order + 1, 0)
    code = texts.ids[:length]
    known = code != UNKNOWN
    for offset in range(1, order):
        word = texts.ids[offset : offset + length]
        code = code * base + word
        known &= word != UNKNOWN
    places = np.flatnonzero(known)
    return code[places], texts.owner[places]
