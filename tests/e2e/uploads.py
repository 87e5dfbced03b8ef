"""The files that the end-to-end tests drop."""

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path

from cli.sample import write_sample

MINIMUM = 150
"""Rows enough for the template's MinimumRows."""


def sample(folder: Path, seed: int, rows: int = 2000) -> bytes:
    path = folder / f"sample-{seed}.csv"
    write_sample(path, rows=rows, seed=seed)
    return path.read_bytes()


def with_a_huge_review(content: bytes) -> bytes:
    """The same file with one more review, of a megabyte."""
    return content + b'9999,"' + b"I would watch it again, and again. " * 30_000 + b'",positive\r\n'


def table(rows: Sequence[tuple[str, ...]], header: tuple[str, ...] = ("review", "sentiment")) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def reviews(count: int, label: str = "") -> list[tuple[str, str]]:
    labels = (label, label) if label else ("positive", "negative")
    return [(f"Review number {at} of a film about trains.", labels[at % 2]) for at in range(count)]


def bad_uploads() -> dict[str, tuple[str, bytes, str]]:
    """By case: the object's name, its content, and a word of the reason it is refused with."""
    return {
        "empty": ("empty.csv", b"", "empty"),
        "header only": ("header.csv", b"review,sentiment\r\n", "row"),
        "no text column": ("untitled.csv", table(reviews(MINIMUM), ("opinion", "sentiment")), "review"),
        "no label column": ("unlabelled.csv", table(reviews(MINIMUM), ("review", "mood")), "sentiment"),
        "unknown label": (
            "unknown-label.csv",
            table([*reviews(MINIMUM), *reviews(6, "meh")]),
            "meh",
        ),
        "single class": ("one-class.csv", table(reviews(MINIMUM, "positive")), "label"),
        "ten rows": ("ten.csv", table(reviews(10)), "10"),
        "invalid UTF-8": ("latin.csv", table(reviews(MINIMUM)).replace(b"trains", b"tra\xeens"), "UTF-8"),
        "a path out of its folder": ("../escape.csv", table(reviews(MINIMUM)), "between its slashes"),
        "a terminal's escape": ("a\x1b[31m.csv", table(reviews(MINIMUM)), "control character"),
        "truncated gzip": ("cut.csv.gz", gzip.compress(table(reviews(MINIMUM)))[:-40], "gz"),
    }


def repeated(folder: Path) -> bytes:
    """A file that passes validation of its beginning and breaks a rule of the Spark job."""
    fresh = sample(folder, seed=21, rows=400)
    repeat = table([("The same words again and again.", "positive")] * 4000).split(b"\r\n", 1)[1]
    lines = b"".join(b"0," + line + b"\r\n" for line in repeat.split(b"\r\n") if line)
    return fresh + lines
