"""One odd upload and what has to become of it, and the plain rows that they are made of."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MINIMUM_ROWS = 100
"""Labelled rows that an upload must have in these trials, as the template has it."""
ROWS = 160

Row = tuple[str, str]


@dataclass(frozen=True)
class Refused:
    """The check before the job refuses it, with these words in the reason."""

    words: str


@dataclass(frozen=True)
class RefusedByJob:
    """The check cannot know; the job refuses it, with these words in the reason."""

    words: str


@dataclass(frozen=True)
class Rows:
    """It is processed: rows kept by label ("" unlabelled), rows refused by reason, texts that are kept."""

    kept: Mapping[str, int]
    refused: Mapping[str, int] = field(default_factory=dict)
    texts: tuple[str, ...] = ()


Expected = Refused | RefusedByJob | Rows


@dataclass(frozen=True)
class Case:
    """An upload: what is odd about it, its key without `raw/`, its bytes, and its fate."""

    title: str
    name: str
    content: bytes
    expected: Expected


def reviews(number: int = ROWS) -> list[Row]:
    """As many positive as negative reviews, no two alike, without a comma, a quote or a line break."""
    labels = ("negative", "positive")
    return [(f"Review number {at} of a film about trains", labels[at % 2]) for at in range(number)]


def kept(number: int = ROWS, refused: Mapping[str, int] | None = None, *texts: str, **more: int) -> Rows:
    """What becomes of `reviews(number)`, `more` rows of a label beside them."""
    labels = {
        "negative": number // 2 + more.pop("negative", 0),
        "positive": number // 2 + more.pop("positive", 0),
    }
    return Rows({**labels, **({"": more["unlabelled"]} if more else {})}, refused or {}, texts)


def table(rows: Iterable[Sequence[str]], header: Sequence[str] = ("review", "sentiment")) -> bytes:
    """Rows as a CSV with line feeds, quoted where needed."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue().encode()


def plain_csv(number: int = ROWS) -> str:
    """`reviews(number)` as the text of a CSV."""
    return table(reviews(number)).decode()


def json_lines(rows: Iterable[Row], header: Row = ("review", "sentiment")) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(dict(zip(header, row, strict=True))) + "\n" for row in rows)
