"""Words, and the n-grams made of them, as hashes: the same coding in training and serving.

No loop over words: the texts become one array of bytes, and the hash of each word is a difference of
two prefix sums over it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Whole = TypeVar("Whole", bound=np.integer[Any])

CODE_BITS = 40
"""Of a million n-grams two dozen share such a code with an n-gram of ten million others."""

_KEPT = b"abcdefghijklmnopqrstuvwxyz0123456789!?'" + bytes(range(128, 256))
# The end of a text: a word of its own, which no text can hold, because the table makes it a blank.
_END = b"\n"
_TABLE = bytes(byte if byte in _KEPT else byte + 32 if 65 <= byte <= 90 else 32 for byte in range(256))
# Odd, so that they can be inverted modulo 2**64, otherwise arbitrary.
_BASE = 0x9E3779B97F4A7C15
_SCATTER = 0xA0761D6478BD642F
_PHRASE = np.uint64(0xD6E8FEB86659FD93)
_DROPPED = np.uint64(64 - CODE_BITS)
_NO_CODE = np.uint64(2**64 - 1)
_PORTION_CHARACTERS = 40_000
_USUAL_BYTES = 2**16


class _Characters(dict[int, str]):
    """What each character becomes: letters, digits, ! ? ' stay, symbols stand alone, the rest is blank."""

    def __missing__(self, code: int) -> str:
        """Look the character's Unicode category up once."""
        character = chr(code)
        category = unicodedata.category(character)
        if category[0] in "LMN" or character in "!?'":
            self[code] = character
        else:
            self[code] = f" {character} " if category == "So" else " "
        return self[code]


_CHARACTERS = _Characters({ord("\u2019"): "'"})
_FOREIGN = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True)
class Words:
    """The words of several texts, one after the other, with an end mark after each text.

    hashes (words,); owner (words,) is each word's text; ends (texts,) is where the end marks are.
    """

    hashes: Codes
    owner: Ints
    ends: Ints


def portions(texts: Sequence[str]) -> Iterator[slice]:
    """Cut a list of texts into runs of about as many characters as the processor's cache holds well."""
    start = characters = 0
    for place, text in enumerate(texts):
        if characters and characters + len(text) > _PORTION_CHARACTERS:
            yield slice(start, place)
            start, characters = place, 0
        characters += len(text) + 1
    if start < len(texts):
        yield slice(start, len(texts))


def normalize(text: str) -> bytes:
    """Return the words of a text in lower case, in UTF-8; ! and ? and emoji are words of their own."""
    if not text.isascii():
        text = _FOREIGN.sub(lambda run: run[0].translate(_CHARACTERS), text.lower())
    plain = b" " + text.encode().translate(_TABLE).replace(b"!", b" ! ").replace(b"?", b" ? ") + b" "
    # An apostrophe is part of a word only between two letters.
    return plain.replace(b" '", b" ").replace(b"' ", b" ") if b"'" in plain else plain


def split(text: str) -> list[bytes]:
    """Return the words of a text."""
    return normalize(text).split()


def read_words(texts: Sequence[str]) -> Words:
    """Split texts into words and hash each."""
    characters = np.frombuffer(_END.join(map(normalize, [*texts, ""])), np.uint8)
    # A mark between two blanks, and blanks at both ends: every word has an edge on either side.
    blank = characters == 32
    (edges,) = (blank[1:] != blank[:-1]).nonzero()
    powers, inverses = _powers(len(characters))
    sums = (characters * powers).cumsum().take(edges)
    hashes = (sums[1::2] - sums[::2]) * inverses.take(edges[::2])
    if len(texts) == 1:
        return Words(hashes, np.zeros(len(hashes), np.int64), np.array([len(hashes) - 1]))
    end = characters.take(edges[1::2]) == _END[0]
    return Words(hashes, np.cumsum(end) - end, np.flatnonzero(end))


def ngrams(words: Words, order: int) -> Codes:
    """Return the codes of the runs of 1, 2 ... `order` words that begin at each word: shape (order, words).

    Runs over the end of a text are among them: `whole` tells which those are.
    """
    # One order after the other: numpy writes what lies together in half the time.
    runs = np.empty((order, len(words.hashes)), np.uint64)
    run = runs[0] = words.hashes
    for more in range(1, order):
        run = run[:-1] * _PHRASE + words.hashes[more:]
        runs[more, : len(run)] = run
        runs[more, len(run) :] = _NO_CODE
    runs >>= _DROPPED
    return runs


def whole(words: Words, order: int) -> npt.NDArray[np.bool_]:
    """Tell which runs hold no end of a text: shape (order, words)."""
    left = words.ends.take(words.owner) - np.arange(len(words.owner))
    return left > np.arange(order)[:, None]


def distinct(values: npt.NDArray[Whole]) -> npt.NDArray[Whole]:
    """Return the distinct values, ascending: numpy's `unique` (2.4) hashes, which takes ten times as long."""
    ordered = values.copy()
    ordered.sort()
    return ordered.take(beginnings(ordered))


def beginnings(ordered: npt.NDArray[Whole]) -> Ints:
    """Return where runs of equal values begin; `np.diff` with its `prepend` takes five times as long."""
    first = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first.nonzero()[0]


def _powers(length: int) -> tuple[Codes, Codes]:
    """Return what a byte is multiplied by and, where its word begins, the word: shapes (length,)."""
    if length <= _USUAL_BYTES:
        return _USUAL_POWERS[0][:length], _USUAL_POWERS[1][:length]
    return _new_powers(length)


def _new_powers(length: int) -> tuple[Codes, Codes]:
    """Return the powers of the base, scattered over the upper bits, and of its inverse, modulo 2**64."""
    return _powers_of(_BASE, length) * np.uint64(_SCATTER), _powers_of(pow(_BASE, -1, 2**64), length)


def _powers_of(base: int, length: int) -> Codes:
    factors = np.full(length, base, np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)


_USUAL_POWERS = _new_powers(_USUAL_BYTES)
