"""The rows of a training job's channels, as a model takes them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from algorithms import Examples

Codes = npt.NDArray[np.intp]


def examples(channels: Path, with_unlabelled: bool) -> Examples:
    """The train and validation rows, and the unlabelled ones if wanted; labels in alphabetical order."""
    train, spelled = texts(channels, "train")
    validation, others = texts(channels, "validation")
    labels = sorted(set(spelled))
    more = texts(channels, "unlabelled")[0] if with_unlabelled else []
    return Examples(labels, train, _codes(spelled, labels), validation, _codes(others, labels), more)


def test_rows(channels: Path) -> tuple[list[str], Codes]:
    """The test rows and the codes of their labels."""
    held, spelled = texts(channels, "test")
    return held, _codes(spelled, sorted(set(spelled)))


def texts(channels: Path, split: str) -> tuple[list[str], list[str]]:
    """Texts and labels of a split."""
    table = pq.ParquetFile(channels / split / "part-0.parquet").read(["review", "label"])
    return table["review"].to_pylist(), table["label"].to_pylist()


def _codes(spelled: Sequence[str], labels: list[str]) -> Codes:
    places = {label: place for place, label in enumerate(labels)}
    return np.array([places[label] for label in spelled], dtype=np.intp)
