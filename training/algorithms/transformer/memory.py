"""When memory runs out: rounds are halved until they fit; what cannot be halved is refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import torch

from refusals import Refused

Found = TypeVar("Found")

_GIB = 2**30
# PyTorch on a CPU, cuBLAS, C++ (ONNX and its runtime) and ONNX Runtime's arena, in their words.
_WORDS = ("can't allocate memory", "ALLOC_FAILED", "bad_alloc", "bad allocation", "Failed to allocate memory")


@dataclass
class Room:
    """How many subwords one round holds on a device: half as many each time its memory runs out."""

    device: torch.device
    tokens_at_once: int

    def fitted(self, work: Callable[[int], Found], longest: int) -> Found:
        """Return what the work gives in rounds of so many subwords; Refused if `longest` is too many.

        What the work has begun it must be able to begin again.
        """
        while True:
            try:
                return work(self.tokens_at_once)
            except (RuntimeError, MemoryError) as error:
                if not ran_out_of_memory(error):
                    raise
            # Not before the error is gone, whose frames hold the tensors that were too many.
            self._halve(longest)

    def _halve(self, longest: int) -> None:
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        if self.tokens_at_once <= longest:
            raise _refusal(self.device, f"one review of {longest} subwords")
        self.tokens_at_once //= 2
        print(f"out of memory: {self.tokens_at_once} subwords a round from now on", flush=True)


@contextmanager
def enough_memory(device: torch.device, what: str) -> Iterator[None]:
    """Make lack of memory in this block a Refused that says for what there was none."""
    try:
        yield
    except Exception as error:  # each library has a class of its own for it
        if not ran_out_of_memory(error):
            raise
        raise _refusal(device, what) from error


def ran_out_of_memory(error: Exception) -> bool:
    """Whether a library found no memory: by the class of the error, or by its words."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return any(words in str(error) for words in _WORDS)


def _refusal(device: torch.device, what: str) -> Refused:
    memory = "This machine's memory"
    if device.type == "cuda":
        memory = f"The GPU's memory ({torch.cuda.get_device_properties(device).total_memory / _GIB:.0f} GiB)"
    return Refused(
        f"{memory} does not hold {what}: take a larger instance, or less of length, width or layers."
    )
