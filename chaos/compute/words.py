"""A model that counts words (naive Bayes, add-one smoothing), with the four functions of an Algorithm."""

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from algorithms import Examples, Probabilities, Trained

NAME = "words"
WEIGHTS = "words.json"
_WORD = re.compile(r"[a-z']+")

Weights = dict[str, list[float]]
"""Word to its log likelihood under each label."""


@dataclass(frozen=True)
class Knobs:
    """It has none."""


def train(examples: Examples, _knobs: Knobs) -> Trained:
    """Count the words of each label."""
    counts = [Counter[str]() for _ in examples.labels]
    for review, code in zip(examples.train, examples.train_codes.tolist(), strict=True):
        counts[code].update(set(_WORD.findall(review.lower())))
    rows = [max(1, int((examples.train_codes == code).sum())) for code in range(len(counts))]
    vocabulary = sorted(set().union(*counts))
    weights = {
        word: [
            round(math.log((held[word] + 1) / (total + 2)), 4)
            for held, total in zip(counts, rows, strict=True)
        ]
        for word in vocabulary
    }
    return Trained(weights, predict(weights, examples.validation, len(counts)))


def save(model: Weights, folder: Path) -> None:
    """Write the weights as JSON."""
    (folder / WEIGHTS).write_text(json.dumps(model))


def load(folder: Path) -> Weights:
    """Read what `save` wrote."""
    weights: Weights = json.loads((folder / WEIGHTS).read_text())
    return weights


def predict(model: Weights, reviews: Sequence[str], labels: int = 0) -> Probabilities:
    """Return probabilities, shape (reviews, labels); an unknown word says nothing."""
    width = labels or len(next(iter(model.values())))
    logs = np.zeros((len(reviews), width))
    for row, review in enumerate(reviews):
        for word in set(_WORD.findall(review.lower())) & model.keys():
            logs[row] += model[word]
    likely = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True), dtype=np.float64)
