"""The processes that train together: one a GPU, over instances, as torchrun starts them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar, cast

import torch
from torch import Tensor, distributed
from torch.nn import Parameter

from refusals import Interrupted, Refused

Found = TypeVar("Found")

# A rank waits for the first while that evaluates or saves.
_PATIENCE = timedelta(minutes=30)


@dataclass(frozen=True)
class Crew:
    """This process among `size` of them; the first leads: it evaluates, saves and writes the model."""

    rank: int
    size: int
    device: torch.device

    @classmethod
    @contextmanager
    def assembled(cls, environment: Mapping[str, str] = os.environ) -> Iterator[Crew]:
        """Join the others that torchrun's variables name, alone without them; leave when all are done.

        Refused and Interrupted are agreed on by all. After any other error this process just ends: what the
        others then see, a closed connection, must not be noted as the reason before the reason is.
        """
        size, rank = int(environment.get("WORLD_SIZE", "1")), int(environment.get("RANK", "0"))
        cuda = torch.cuda.is_available()
        place = int(environment.get("LOCAL_RANK", "0"))
        if cuda:
            torch.cuda.set_device(place)
        if size > 1:
            distributed.init_process_group("nccl" if cuda else "gloo", timeout=_PATIENCE)
        crew = cls(rank, size, torch.device("cuda", place) if cuda else torch.device("cpu"))
        try:
            yield crew
        except (Refused, Interrupted):
            crew._part_ways()
            raise
        crew._part_ways()

    @property
    def leads(self) -> bool:
        """Whether this is the first."""
        return self.rank == 0

    def message(self, parameters: Iterable[Parameter]) -> Tensor | None:
        """Return all gradients in one row, for `sum_gradients`; None where there is nobody to send it to."""
        if self.size == 1:
            return None
        return torch.cat([one.grad.reshape(-1) for one in parameters if one.grad is not None])

    def sum_gradients(self, parameters: Iterable[Parameter], message: Tensor | None) -> None:
        """Make every process's gradients their sum: one message of all of them.

        Not DistributedDataParallel, whose hooks have sent parts of a round that then runs out of memory:
        here such a round is simply done again in smaller parts.
        """
        if message is None:
            return
        distributed.all_reduce(message)
        gradients = [one.grad for one in parameters if one.grad is not None]
        for gradient, part in zip(gradients, message.split([one.numel() for one in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def total(self, value: Tensor) -> Tensor:
        """Return the sum of every process's value."""
        if self.size > 1:
            distributed.all_reduce(value)
        return value

    def any(self, yes: bool) -> bool:
        """Whether any process says yes: one number sent, so it may be asked at every step."""
        if self.size == 1:
            return yes
        return bool(self.total(torch.tensor(float(yes), device=self.device)))

    def together(self, work: Callable[[], Found]) -> Found:
        """Do what may be refused in one process; then it is refused in all, in the same words."""
        if self.size == 1:
            return work()
        found, refusal = None, ""
        try:
            found = work()
        except Refused as error:
            refusal = str(error)
        if self.any(bool(refusal)):
            raise Refused(next(one for one in self._told(refusal) if one))
        return cast(Found, found)

    def by_leader(self, work: Callable[[], Found]) -> Found:
        """Have the first process do it and tell the others: decisions must be the same everywhere."""
        if self.size == 1:
            return work()
        box = [self.together(lambda: work() if self.leads else None)]
        distributed.broadcast_object_list(box, 0, device=self.device)
        return cast(Found, box[0])

    def alike(self, fact: str) -> bool:
        """Whether all processes know the same."""
        return self.size == 1 or len(set(self._told(fact))) == 1

    def wait(self) -> None:
        """Go on when all are here."""
        self.any(False)

    def _told(self, words: str) -> list[str]:
        every = [""] * self.size
        distributed.all_gather_object(every, words)
        return every

    def _part_ways(self) -> None:
        if self.size > 1:
            distributed.destroy_process_group()
