"""The registry of algorithms: one module each, with the four functions of `Algorithm`."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from refusals import Refused

NAMES = ("ngram", "transformer")
# What torchrun may start several times for one job.
OF_SEVERAL_PROCESSES = frozenset({"transformer"})

Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Workplace:
    """Folders of the job beside its splits: one that outlives it, and one with pretrained weights."""

    checkpoints: Path | None = None
    base_model: Path | None = None


@dataclass(frozen=True)
class Examples:
    """What an algorithm learns from: cleaned texts, and for the labelled ones a code per text.

    `soft_labels`, if a teacher gave them, say how likely each label of an unlabelled text is, shape
    (unlabelled texts, labels).
    """

    labels: list[str]
    train: Sequence[str]
    train_codes: npt.NDArray[np.intp]
    validation: Sequence[str]
    validation_codes: npt.NDArray[np.intp]
    unlabelled: Sequence[str] = ()
    soft_labels: Probabilities | None = None
    workplace: Workplace = Workplace()


@dataclass(frozen=True)
class Trained:
    """What training gives.

    `validation` holds probabilities, shape (validation rows, labels), of a model that did not see
    those rows: the thresholds are chosen from them. `unlabelled` counts the unlabelled rows used,
    `report` is what else evaluation.json should say.
    """

    model: Any
    validation: Probabilities
    unlabelled: int = 0
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """A word or phrase of a text, and by how much it raises the log odds of a label (its place)."""

    phrase: str
    label: int
    weight: float


class Algorithm(Protocol):
    """A way to learn labels from texts. The model it makes is its own affair; no pickle."""

    Knobs: type[Any]

    def train(self, examples: Examples, knobs: Any) -> Trained:
        """Learn from the examples; the same examples and knobs give the same model.

        A process that only helps another of its job's ends here (SystemExit): that one has the model.
        """

    def save(self, model: Any, folder: Path) -> None:
        """Write the weights into the folder."""

    def load(self, folder: Path) -> Any:
        """Read what `save` wrote."""

    def predict(self, model: Any, reviews: Sequence[str]) -> Probabilities:
        """Return calibrated probabilities, shape (reviews, labels), rows summing to one."""


class Explaining(Protocol):
    """What an algorithm may have beside: not every model can say why."""

    def explain(self, model: Any, review: str, most: int) -> list[Reason]:
        """Return at most `most` reasons for the answer to a review, the weightiest first."""


def algorithm(name: str) -> Algorithm:
    """Return the algorithm's module, imported only now: each brings its own libraries."""
    if name not in NAMES:
        raise Refused(f"Unknown algorithm {name!r}; there are {', '.join(NAMES)}.")
    return cast(Algorithm, importlib.import_module(f"algorithms.{name}"))


def explaining(method: Algorithm) -> Explaining | None:
    """Return the algorithm as one that can explain its answers, None if it cannot."""
    return cast(Explaining, method) if hasattr(method, "explain") else None
