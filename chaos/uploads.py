"""Files to drop, made from a seed: as small as an upload may be."""

import csv
import io
from random import Random

_WORDS = {
    "positive": ("fantastic", "wonderful", "brilliant", "superb", "loved", "best", "beautiful", "excellent"),
    "negative": ("worst", "boring", "terrible", "awful", "stupid", "horrible", "hated", "dull"),
}
LABELS = tuple(_WORDS)
_ROWS = 160


def reviews(seed: int, rows: int = _ROWS) -> list[tuple[str, str]]:
    """(text, label) pairs that a model of counted words tells apart."""
    random = Random(seed)  # noqa: S311 - test data, not secrets
    made = []
    for row in range(rows):
        label = ("positive", "negative")[row % 2]
        words = " ".join(random.sample(_WORDS[label], 4))
        made.append((f"Scene {row} of cut {seed}: {words}, seen {random.randrange(10**6)} times.", label))
    return made


def reviews_csv(seed: int, rows: int = _ROWS) -> bytes:
    """An upload of these reviews."""
    return _csv(("review", "sentiment"), reviews(seed, rows))


def batch_csv(seed: int, rows: int = 12) -> bytes:
    """A batch: texts without labels."""
    return _csv(("id", "review"), [(str(n), text) for n, (text, _) in enumerate(reviews(seed, rows))])


def unusable_csv(seed: int) -> bytes:
    """An upload that is refused: nobody labelled it."""
    return _csv(("review", "mood"), reviews(seed))


def _csv(header: tuple[str, str], rows: list[tuple[str, str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()
