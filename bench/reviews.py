"""The reviews that are measured on: the user's own, or the made-up sample; as many as asked for.

A CSV of one's own (columns `review` and `sentiment`) is named by MARQUEE_BENCH_CSV, one of unlabelled
reviews beside it (column `review`) by MARQUEE_BENCH_UNLABELLED. Where more rows are wanted than there are,
they are repeated, each copy with a sentence that makes it a review of its own.
"""

import csv
import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cleaning import clean
from cli.sample import write_sample
from marquee.datasets.labels import SPELLINGS

Review = tuple[str, str]
"""(text, label)"""
HEADER = ("review", "sentiment")
_SPLITS = ("train",) * 8 + ("validation", "test")


def source(folder: Path, rows: int) -> Path:
    """The user's CSV, or a sample of about `rows` made in the folder."""
    if given := os.environ.get("MARQUEE_BENCH_CSV"):
        return Path(given)
    path = folder / "sample.csv"
    if not path.exists():
        write_sample(path, rows)
    return path


def read(path: Path) -> list[Review]:
    """The rows of a CSV with the columns review and sentiment, or with reviews alone."""
    csv.field_size_limit(2**30)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        return [(row[HEADER[0]], row.get(HEADER[1]) or "") for row in csv.DictReader(file)]


def repeated(reviews: Sequence[Review], rows: int) -> Iterator[Review]:
    """Exactly `rows` reviews: those there are, and then copies that say the number of their round."""
    return islice(_rounds(reviews), rows)


def labelled(reviews: Iterable[Review]) -> dict[str, str]:
    """Cleaned text to label, each text once: the rows with a sentiment, as the ETL job would keep them."""
    known = ((clean(text), SPELLINGS.get(label.strip().lower())) for text, label in reviews)
    return {text: label for text, label in known if text and label}


def unlabelled(reviews: Iterable[Review]) -> list[str]:
    """Cleaned texts, each once: the rows without a sentiment, and those of the user's file of such."""
    given = os.environ.get("MARQUEE_BENCH_UNLABELLED")
    rows = (*reviews, *(read(Path(given)) if given else []))
    known = labelled(rows)
    cleaned = dict.fromkeys(clean(text) for text, label in rows if not label.strip())
    return [text for text in cleaned if text and text not in known]


def write_csv(reviews: Iterable[Review], path: Path) -> Path:
    """Write them as a CSV with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(reviews)
    return path


def write_splits(reviews: Mapping[str, str], more: Sequence[str], turn: int, folder: Path) -> Path:
    """Write the channels of a training job, 80/10/10 by the hash of the text, in hash order.

    Another turn tests, and validates, on another tenth of the reviews. `more` are the unlabelled ones.
    """
    hashed = sorted(
        (hashlib.sha256(text.encode()).hexdigest(), text, label) for text, label in reviews.items()
    )
    for name in dict.fromkeys(_SPLITS):
        rows = [row for row in hashed if _SPLITS[(int(row[0][:8], 16) + turn) % 10] == name]
        _write(folder / name, [row[1] for row in rows], [row[2] for row in rows])
    _write(folder / "unlabelled", more, [None] * len(more))
    return folder


def _write(channel: Path, texts: Sequence[str], labels: Sequence[str | None]) -> None:
    channel.mkdir(parents=True)
    columns = {"review": pa.array(texts, pa.string()), "label": pa.array(labels, pa.string())}
    pq.write_table(pa.table(columns), channel / "part-0.parquet")


def _rounds(reviews: Sequence[Review]) -> Iterator[Review]:
    for number in count():
        for text, label in reviews:
            yield (f"{text} Seen {number + 1} times." if number else text), label
