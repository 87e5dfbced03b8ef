"""Counts of a judged upload: all that its manifest and its quality rules need, in one pass."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from etl.splitting import SPLITS

_DIGESTS = ("digest0", "digest1")


@dataclass(frozen=True)
class Tally:
    """Numbers of rows: kept by (split, label), refused by reason; characters of the kept texts."""

    kept: Counter[tuple[str, str]]
    refused: Counter[str]
    labelled_in: int
    characters: int
    digest: str

    @property
    def rows_in(self) -> int:
        """All rows of the upload."""
        return self.kept.total() + self.refused.total()

    @property
    def rows_out(self) -> dict[str, int]:
        """Kept rows of each split."""
        return {split: sum(n for (held, _), n in self.kept.items() if held == split) for split in SPLITS}

    @property
    def labels(self) -> dict[str, int]:
        """Kept rows of each label, in alphabetical order."""
        counts: Counter[str] = Counter()
        for (_, label), rows in self.kept.items():
            if label:
                counts[label] += rows
        return dict(sorted(counts.items()))


def tally(judged: DataFrame) -> Tally:
    """Count a frame of etl.rows.judge_rows."""
    return tally_of(count_groups(judged).collect())


def count_groups(judged: DataFrame, *beside: str) -> DataFrame:
    """A row of counts per reason, split and label, and per value of the columns `beside`."""
    return judged.groupBy(*beside, "reason", "split", "label").agg(
        F.count("*").alias("rows"),
        F.count("spelling").alias("labelled"),
        F.sum(F.length("review")).alias("characters"),
        *_digest_columns(),
    )


def tally_of(groups: Iterable[Row]) -> Tally:
    """Add the counts of groups up."""
    kept: Counter[tuple[str, str]] = Counter()
    refused: Counter[str] = Counter()
    labelled = characters = 0
    pieces = [0] * len(_DIGESTS)
    for group in groups:
        labelled += group["labelled"]
        if group["reason"]:
            refused[group["reason"]] += group["rows"]
            continue
        kept[group["split"], group["label"] or ""] += group["rows"]
        characters += group["characters"]
        pieces = [piece ^ group[name] for piece, name in zip(pieces, _DIGESTS, strict=True)]
    digest = hashlib.sha256(" ".join(map(str, (kept.total(), *pieces))).encode()).hexdigest()
    return Tally(kept, refused, labelled, characters, f"sha256:{digest}")


def _digest_columns() -> list[Column]:
    # Two hashes of 64 bits per row. Their exclusive or does not depend on the order of the rows.
    return [
        F.bit_xor(F.xxhash64(F.lit(place), F.col("review"), F.col("label"))).alias(name)
        for place, name in enumerate(_DIGESTS)
    ]
