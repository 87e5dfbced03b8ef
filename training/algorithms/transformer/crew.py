"""The processes that train together: one a GPU, over instances, as torchrun starts them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import distributed
from torch.nn import Parameter

# A rank waits for the first while that evaluates or saves.
_PATIENCE = timedelta(minutes=30)


@dataclass(frozen=True)
class Crew:
    """This process among `size` of them; the first leads: it evaluates, saves and writes the model."""

    rank: int
    size: int
    device: torch.device

    @classmethod
    def assemble(cls, environment: Mapping[str, str] = os.environ) -> Crew:
        """Join the others that torchrun's variables name; alone without them."""
        size, rank = int(environment.get("WORLD_SIZE", "1")), int(environment.get("RANK", "0"))
        cuda = torch.cuda.is_available()
        place = int(environment.get("LOCAL_RANK", "0"))
        if cuda:
            torch.cuda.set_device(place)
        if size > 1:
            distributed.init_process_group("nccl" if cuda else "gloo", timeout=_PATIENCE)
        return cls(rank, size, torch.device("cuda", place) if cuda else torch.device("cpu"))

    @property
    def leads(self) -> bool:
        """Whether this is the first."""
        return self.rank == 0

    def sum_gradients(self, parameters: Iterable[Parameter]) -> None:
        """Make every process's gradients their sum: one message of all of them.

        Not DistributedDataParallel, whose hooks have sent parts of a round that then runs out of memory:
        here such a round is simply done again in smaller parts.
        """
        if self.size == 1:
            return
        gradients = [one.grad for one in parameters if one.grad is not None]
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        distributed.all_reduce(flat)
        for gradient, part in zip(gradients, flat.split([one.numel() for one in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def total(self, value: torch.Tensor) -> torch.Tensor:
        """Return the sum of every process's value."""
        if self.size > 1:
            distributed.all_reduce(value)
        return value

    def told(self, *values: float) -> list[float]:
        """Return the first process's values: decisions must be the same everywhere."""
        if self.size == 1:
            return list(values)
        message = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.broadcast(message, 0)
        return [float(value) for value in message.tolist()]

    def part_ways(self) -> None:
        """Leave the others."""
        if self.size > 1:
            distributed.destroy_process_group()
