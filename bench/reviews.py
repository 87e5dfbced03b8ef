"""The reviews that are measured on: the user's own, or the made-up sample; as many as asked for.

A CSV of one's own (columns `review` and `sentiment`) is named by MARQUEE_BENCH_CSV. Where more rows are
wanted than it has, they are repeated, each copy with a sentence that makes it a review of its own.
"""

import csv
import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
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
    """The rows of a CSV with the columns review and sentiment."""
    csv.field_size_limit(2**30)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        return [(row[HEADER[0]], row[HEADER[1]]) for row in csv.DictReader(file)]


def repeated(reviews: list[Review], rows: int) -> Iterator[Review]:
    """Exactly `rows` reviews: those there are, and then copies that say the number of their round."""
    return islice(_rounds(reviews), rows)


def labelled(reviews: Iterable[Review]) -> dict[str, str]:
    """Cleaned text to label, each text once: the rows with a sentiment, as the ETL job would keep them."""
    known = ((clean(text), SPELLINGS.get(label.strip().lower())) for text, label in reviews)
    return {text: label for text, label in known if text and label}


def write_csv(reviews: Iterable[Review], path: Path) -> Path:
    """Write them as a CSV with a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(reviews)
    return path


def write_splits(reviews: Mapping[str, str], salt: str, folder: Path) -> Path:
    """Write the channels of a training job, 80/10/10 by the hash of the salted text, in hash order."""
    hashed = sorted(
        (hashlib.sha256((salt + text).encode()).hexdigest(), text, label) for text, label in reviews.items()
    )
    for name in dict.fromkeys(_SPLITS):
        rows = [row for row in hashed if _SPLITS[int(row[0][:8], 16) % 10] == name]
        ids, texts, labels = ([row[place] for row in rows] for place in range(3))
        (folder / name).mkdir(parents=True)
        columns = {"review_id": [digest[:16] for digest in ids], "review": texts, "label": labels}
        pq.write_table(pa.table(columns), folder / name / "part-0.parquet")
    return folder


def _rounds(reviews: list[Review]) -> Iterator[Review]:
    for number in count():
        for text, label in reviews:
            yield (f"{text} Seen {number + 1} times." if number else text), label
