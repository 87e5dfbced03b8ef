"""What is learned: first to guess hidden subwords, then to tell the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from algorithms.transformer.encoding import Marks, padded
from algorithms.transformer.subwords import MASK

# Of the chosen subwords nine in ten are hidden, one becomes any other (BERT also left one as it was).
_HIDDEN_SHARE = 0.9
# cross_entropy looks past this target (PyTorch, ignore_index).
_NO_TARGET = -100


@dataclass(frozen=True)
class Lesson:
    """One step's rows as the network gets them: inputs and targets by row, and what their loss weighs."""

    inputs: Mapping[int, list[int]]
    targets: Mapping[int, list[int]]
    weight: float


class Task(Protocol):
    """Something to learn from rows of subwords."""

    @property
    def name(self) -> str:
        """What its metrics are called."""

    @property
    def rows(self) -> Sequence[list[int]]:
        """Subwords of each row."""

    @property
    def network(self) -> nn.Module:
        """What learns."""

    def lesson(self, places: Sequence[int], random: np.random.Generator) -> Lesson:
        """Return the step's lesson: the same for the same random numbers, whoever takes which part."""

    def loss(self, lesson: Lesson, places: Sequence[int], device: torch.device) -> Tensor:
        """Return what the rows at these places add to the step's mean loss."""


@dataclass(frozen=True, eq=False)
class Guessing:
    """Guess the subwords that are hidden, from those around them (Devlin et al. 2019)."""

    rows: Sequence[list[int]]
    network: nn.Module
    marks: Marks
    vocabulary: int
    share: float
    name: str = "pretraining"

    def lesson(self, places: Sequence[int], random: np.random.Generator) -> Lesson:
        """Hide some subwords of each row."""
        pairs = {place: self._hidden(self.rows[place], random) for place in places}
        hidden = sum(target != _NO_TARGET for _, targets in pairs.values() for target in targets)
        inputs = {place: ids for place, (ids, _) in pairs.items()}
        return Lesson(inputs, {place: targets for place, (_, targets) in pairs.items()}, max(hidden, 1))

    def loss(self, lesson: Lesson, places: Sequence[int], device: torch.device) -> Tensor:
        """Return the cross entropy over the hidden subwords, per hidden subword of the whole step."""
        ids, mask = padded([lesson.inputs[place] for place in places], self.marks.pad)
        targets, _ = padded([lesson.targets[place] for place in places], _NO_TARGET)
        wanted = torch.from_numpy(targets).to(device)
        chosen = wanted != _NO_TARGET
        logits = self.network(torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device), chosen)
        return functional.cross_entropy(logits.float(), wanted[chosen], reduction="sum") / lesson.weight

    def _hidden(self, row: list[int], random: np.random.Generator) -> tuple[list[int], list[int]]:
        ids = np.array(row)
        chosen = random.random(len(ids)) < self.share
        chosen[[0, -1]] = False
        targets = np.where(chosen, ids, _NO_TARGET)
        others = random.integers(MASK + 1, self.vocabulary, len(ids))
        shown = np.where(random.random(len(ids)) < _HIDDEN_SHARE, MASK, others)
        return np.where(chosen, shown, ids).tolist(), targets.tolist()


@dataclass(frozen=True, eq=False)
class Labelling:
    """Tell the labels; `weights` (labels,) says how much each counts."""

    rows: Sequence[list[int]]
    codes: npt.NDArray[np.intp]
    network: nn.Module
    pad: int
    weights: npt.NDArray[np.float64]
    smoothing: float
    name: str = "train"

    def lesson(self, places: Sequence[int], random: np.random.Generator) -> Lesson:  # noqa: ARG002
        """Return the rows as they are."""
        targets = {place: [int(self.codes[place])] for place in places}
        weight = float(self.weights[self.codes[list(places)]].sum())
        return Lesson({place: self.rows[place] for place in places}, targets, weight)

    def loss(self, lesson: Lesson, places: Sequence[int], device: torch.device) -> Tensor:
        """Return the weighted cross entropy, as a share of the whole step's weight."""
        ids, mask = padded([lesson.inputs[place] for place in places], self.pad)
        logits = self.network(torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device))
        wanted = torch.tensor([lesson.targets[place][0] for place in places], device=device)
        each = functional.cross_entropy(
            logits.float(), wanted, reduction="none", label_smoothing=self.smoothing
        )
        counts = torch.tensor(self.weights, dtype=torch.float32, device=device)[wanted]
        return (each * counts).sum() / lesson.weight


def label_weights(codes: npt.NDArray[np.intp], labels: int, balanced: bool) -> npt.NDArray[np.float64]:
    """Return what each label counts, shape (labels,): 1, or balanced so that all labels sum to the same."""
    if not balanced:
        return np.ones(labels)
    found = np.bincount(codes, minlength=labels)
    return np.asarray(len(codes) / (labels * np.maximum(found, 1)))
