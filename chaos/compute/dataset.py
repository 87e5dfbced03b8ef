"""The rows of a small CSV: read, cleaned and split as the Glue job does it."""

import csv
import hashlib
import io
from collections import Counter
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

_SPLITS = ("train", "validation", "test", "unlabelled")
_LABELS = {"positive": "positive", "pos": "positive", "1": "positive"}
_LABELS |= {"negative": "negative", "neg": "negative", "0": "negative"}
SCHEMA = pa.schema([("review_id", pa.string()), ("review", pa.string()), ("label", pa.string())])


@dataclass
class Rows:
    """An upload's rows: kept by split, refused by reason."""

    kept: dict[str, list[tuple[str, str, str | None]]] = field(
        default_factory=lambda: {split: [] for split in _SPLITS}
    )
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def labels(self) -> Counter[str]:
        """Kept rows of each label."""
        return Counter(label for rows in self.kept.values() for _, _, label in rows if label)


def read_rows(content: bytes) -> Rows:
    """The rows of a CSV with the columns review and sentiment, cleaned and split by the text's sha256."""
    rows, seen = Rows(), set[str]()
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        text = " ".join((row["review"] or "").split())
        label = _LABELS.get((row["sentiment"] or "").strip().lower())
        key = hashlib.sha256(text.lower().encode()).hexdigest()
        if not text:
            rows.refused["empty_text"] += 1
        elif key in seen:
            rows.refused["duplicate"] += 1
        else:
            seen.add(key)
            rows.kept[_split(key, label)].append((key[:16], text, label))
    return rows


def _split(key: str, label: str | None) -> str:
    percent = int(key[16:24], 16) % 100
    if label is None:
        return "unlabelled"
    return "train" if percent < 80 else "validation" if percent < 90 else "test"


def parquet(rows: list[tuple[str, str, str | None]]) -> bytes:
    """Kept rows as a Parquet file."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    table = pa.table(dict(zip(SCHEMA.names, columns, strict=True)), schema=SCHEMA)
    stream = io.BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()
