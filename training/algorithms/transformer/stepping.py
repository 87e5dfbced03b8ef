"""One step: rounds that fit into memory, one gradient over all processes, one move."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from algorithms.transformer.crew import Crew
from algorithms.transformer.encoding import by_length
from algorithms.transformer.memory import Room, enough_memory
from algorithms.transformer.tasks import Lesson, Task


@dataclass
class Stepper:
    """Takes steps of a task."""

    task: Task
    crew: Crew
    optimizer: Optimizer
    seed: int
    clip: float
    room: Room

    def take(self, step: int, places: list[int], rate_share: float) -> float:
        """Move the network by the step's gradient and return the mean loss before it.

        NaN, and no move, where the gradient is no number: it would make all weights none.
        All chance is a function of seed, step and process: a job that was interrupted goes on as one
        that was not, and any number of processes hides the same subwords.
        """
        lesson = self.task.lesson(places, np.random.default_rng([self.seed, step]))
        torch.manual_seed(hash((self.seed, step, self.crew.rank)) & 0x7FFFFFFFFFFFFFFF)
        mine = places[self.crew.rank :: self.crew.size]
        # Agreed before the gradients are sent: a process without any would let the others wait.
        loss, message = self.crew.together(lambda: self._gradient(lesson, mine))
        self.crew.sum_gradients(self.task.network.parameters(), message)
        mean = float(self.crew.total(loss))
        return mean if self.crew.together(lambda: self._moved(rate_share)) else float("nan")

    def _gradient(self, lesson: Lesson, places: list[int]) -> tuple[Tensor, Tensor | None]:
        """Return this process's part of the loss, with its gradient in place and as it is to be sent."""

        def learn(tokens_at_once: int) -> tuple[Tensor, Tensor | None]:
            self.optimizer.zero_grad(set_to_none=True)
            loss = self._rounds(lesson, places, tokens_at_once)
            return loss, self.crew.message(self.task.network.parameters())

        return self.room.fitted(learn, max(len(lesson.inputs[place]) for place in places))

    def _rounds(self, lesson: Lesson, places: list[int], tokens_at_once: int) -> Tensor:
        total = torch.zeros((), device=self.crew.device)
        for group in by_length([lesson.inputs[place] for place in places], tokens_at_once):
            with half_precision(self.crew.device):
                loss = self.task.loss(lesson, [places[row] for row in group], self.crew.device)
            loss.backward()
            total += loss.detach()
        return total

    def _moved(self, rate_share: float) -> bool:
        """Move by the gradient; False, and no move, where it is no number."""
        with enough_memory(self.crew.device, "what the optimizer keeps of every weight"):
            if not torch.nn.utils.clip_grad_norm_(self.task.network.parameters(), self.clip).isfinite():
                return False
            for group in self.optimizer.param_groups:
                group["lr"] = group["full_rate"] * rate_share
            self.optimizer.step()
        return True


def half_precision(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """Return the context that computes in bfloat16 where the GPU can; the weights stay single."""
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return contextlib.nullcontext()
