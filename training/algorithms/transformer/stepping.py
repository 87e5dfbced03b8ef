"""One step: rounds that fit into memory, one gradient over all processes, one move."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from algorithms.transformer.crew import Crew
from algorithms.transformer.encoding import by_length
from algorithms.transformer.tasks import Lesson, Task
from refusals import Refused

_GIB = 2**30


@dataclass
class Stepper:
    """Takes steps of a task; `tokens_at_once` is what one round holds, and falls when memory runs out."""

    task: Task
    crew: Crew
    optimizer: Optimizer
    seed: int
    clip: float
    tokens_at_once: int
    halved: int = field(default=0)

    def take(self, step: int, places: list[int], rate_share: float) -> float:
        """Move the network by the step's gradient and return the mean loss before it.

        NaN, and no move, where the gradient is no number: it would make all weights none.
        All chance is a function of seed, step and process: a job that was interrupted goes on as one
        that was not, and any number of processes hides the same subwords.
        """
        lesson = self.task.lesson(places, np.random.default_rng([self.seed, step]))
        torch.manual_seed(hash((self.seed, step, self.crew.rank)) & 0x7FFFFFFFFFFFFFFF)
        loss = self._gradient(lesson, places[self.crew.rank :: self.crew.size])
        self.crew.sum_gradients(self.task.network.parameters())
        mean = float(self.crew.total(loss))
        if not torch.nn.utils.clip_grad_norm_(self.task.network.parameters(), self.clip).isfinite():
            return float("nan")
        for group in self.optimizer.param_groups:
            group["lr"] = group["full_rate"] * rate_share
        self.optimizer.step()
        return mean

    def _gradient(self, lesson: Lesson, places: list[int]) -> Tensor:
        """Return this process's part of the loss, with its gradient in place; in smaller rounds if needed."""
        while True:
            self.optimizer.zero_grad(set_to_none=True)
            try:
                return self._rounds(lesson, places)
            except (torch.OutOfMemoryError, RuntimeError) as error:
                if not ran_out_of_memory(error):
                    raise
            self._halve(max(len(lesson.inputs[place]) for place in places))

    def _rounds(self, lesson: Lesson, places: list[int]) -> Tensor:
        total = torch.zeros((), device=self.crew.device)
        for group in by_length([lesson.inputs[place] for place in places], self.tokens_at_once):
            with half_precision(self.crew.device):
                loss = self.task.loss(lesson, [places[row] for row in group], self.crew.device)
            loss.backward()
            total += loss.detach()
        return total

    def _halve(self, longest: int) -> None:
        if self.crew.device.type == "cuda":
            torch.cuda.empty_cache()
        if self.tokens_at_once <= longest:
            raise Refused(
                f"{_memory(self.crew.device)} does not hold one review of {longest} subwords: take a larger "
                "instance, or less of length, width or layers."
            )
        self.tokens_at_once //= 2
        self.halved += 1
        print(f"out of memory: {self.tokens_at_once} subwords a round from now on", flush=True)


def half_precision(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """Return the context that computes in bfloat16 where the GPU can; the weights stay single."""
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return contextlib.nullcontext()


def ran_out_of_memory(error: Exception) -> bool:
    """Whether PyTorch found no memory: an error of its own on a GPU, a sentence on a CPU."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def _memory(device: torch.device) -> str:
    if device.type != "cuda":
        return "This machine's memory"
    return f"The GPU's memory ({torch.cuda.get_device_properties(device).total_memory / _GIB:.0f} GiB)"
