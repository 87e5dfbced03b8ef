"""Which reviews each step takes: a function of the seed and the step, so a resumed job takes the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

# Reviews are sorted by length within so many batches: alike enough for little padding, mixed enough to learn.
_BATCHES_OF_A_POOL = 50


@dataclass(frozen=True, eq=False)
class Batches:
    """The steps of a task; `lengths` holds the subwords of each row."""

    lengths: Sequence[int]
    batch: int
    epochs: int
    seed: int

    @cached_property
    def per_epoch(self) -> int:
        """Steps of one epoch: every row once."""
        return _steps(len(self.lengths), self.batch)

    @property
    def steps(self) -> int:
        """Steps in all."""
        return self.per_epoch * self.epochs

    def at(self, step: int) -> list[int]:
        """Return the rows of a step, counted from 0: `batch` of them or a few less."""
        epoch, place = divmod(step, self.per_epoch)
        return self._epoch(epoch)[place]

    @lru_cache(maxsize=1)  # noqa: B019 - one plan a task, kept as long as the job
    def _epoch(self, epoch: int) -> list[list[int]]:
        """Shuffle, sort pools of like length together, cut into batches, shuffle those."""
        random = np.random.default_rng([self.seed, epoch])
        order = random.permutation(len(self.lengths))
        pool = self.batch * _BATCHES_OF_A_POOL
        lengths = np.asarray(self.lengths)
        pools = [order[start : start + pool] for start in range(0, len(order), pool)]
        ordered = np.concatenate([one[np.argsort(lengths[one], kind="stable")] for one in pools])
        # Nearly equal parts: a last batch of two reviews would leave a process of ours without any.
        batches = [part.tolist() for part in np.array_split(ordered, self.per_epoch)]
        return [batches[place] for place in random.permutation(self.per_epoch)]


def smallest(rows: int, batch: int) -> int:
    """Return how many rows the smallest step of an epoch takes."""
    return rows // _steps(rows, batch)


def _steps(rows: int, batch: int) -> int:
    return max(1, -(-rows // batch))
