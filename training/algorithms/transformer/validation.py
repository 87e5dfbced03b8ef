"""How well a network tells the labels of rows that it does not learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from algorithms.transformer.encoding import by_length, padded
from algorithms.transformer.model import probabilities
from algorithms.transformer.stepping import half_precision

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Validation:
    """The validation rows as the network reads them, and their labels' codes."""

    rows: Sequence[list[int]]
    codes: npt.NDArray[np.intp]
    pad: int

    @cached_property
    def longest(self) -> int:
        """Subwords of the longest row."""
        return max(map(len, self.rows))

    def measure(self, network: nn.Module, device: torch.device, tokens_at_once: int) -> tuple[float, float]:
        """Return mean log loss and accuracy."""
        found = probabilities(torch_logits(network, self.rows, self.pad, device, tokens_at_once))
        right = found[np.arange(len(self.codes)), self.codes]
        loss = float(-np.log(np.maximum(right, 1e-12)).mean())
        return loss, float((found.argmax(axis=1) == self.codes).mean())


def torch_logits(
    network: nn.Module, rows: Sequence[list[int]], pad: int, device: torch.device, tokens_at_once: int
) -> Floats:
    """Return the network's logits, shape (rows, labels), in float64."""
    network.to(device).eval()
    found = [torch.empty(0)] * len(rows)
    with torch.inference_mode(), half_precision(device):
        for group in by_length(rows, tokens_at_once):
            ids, mask = (
                torch.from_numpy(one).to(device) for one in padded([rows[place] for place in group], pad)
            )
            for place, row in zip(group, network(ids, mask).double().cpu(), strict=True):
                found[place] = row
    return np.asarray(torch.stack(found).numpy())
