"""The sample as a CSV file: the same seed and number of rows give the same bytes."""

import csv
from pathlib import Path
from random import Random

from cli.sample.dirt import broken_rows, dirty_row
from cli.sample.reviews import write_review

ROWS = 2000
SEED = 7
FEWEST_ROWS = 10


def sample_rows(rows: int, seed: int) -> list[tuple[str, str]]:
    """About `rows` (text, label) pairs, broken ones among them, in shuffled order."""
    random = Random(seed)  # noqa: S311 - a generator of test data, not of secrets
    reviews = [dirty_row(write_review(random), random) for _ in range(rows)]
    everything = reviews + broken_rows(reviews, random)
    random.shuffle(everything)
    return everything


def write_sample(path: Path, rows: int = ROWS, seed: int = SEED) -> int:
    """Write the sample to `path` as UTF-8 CSV (RFC 4180) and give the number of rows in it."""
    if rows < FEWEST_ROWS:
        raise ValueError(f"a sample needs at least {FEWEST_ROWS} rows, not {rows}")
    exported = sample_rows(rows, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "review", "sentiment"))
        writer.writerows((number, text, label) for number, (text, label) in enumerate(exported, start=1))
    return len(exported)
