"""Two threads: numpy's and scipy's long calls let go of the interpreter's lock.

Two whatever the machine, and their results in one order, so that sums do not depend on who was quicker.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

THREADS = 2
_AHEAD = 8

Item = TypeVar("Item")
Result = TypeVar("Result")
Singles = npt.NDArray[np.float32]


def mapped(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the results in the order of the items, of which few are worked on ahead."""
    with ThreadPoolExecutor(THREADS) as threads:
        begun: deque[Future[Result]] = deque()
        for item in items:
            begun.append(threads.submit(work, item))
            if len(begun) > _AHEAD:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


@dataclass(frozen=True)
class Halves:
    """A sparse matrix as its upper and its lower rows, which are multiplied side by side."""

    parts: list[sp.csr_matrix]
    threads: ThreadPoolExecutor

    def times(self, dense: Singles) -> Singles:
        """Return the matrix times columns: shape (rows, ...)."""
        return np.concatenate(list(self.threads.map(lambda part: part @ dense, self.parts)))

    def transposed_times(self, dense: Singles) -> Singles:
        """Return the transposed matrix times columns: shape (columns, ...)."""
        pieces = np.split(dense, np.cumsum([part.shape[0] for part in self.parts])[:-1])
        results = self.threads.map(lambda part, piece: part.T @ piece, self.parts, pieces)
        return np.asarray(sum(results))


def halves(matrix: sp.csr_matrix, threads: ThreadPoolExecutor) -> Halves:
    """Cut a matrix between rows, about as many numbers above as below."""
    cuts = np.searchsorted(matrix.indptr, np.linspace(0, matrix.nnz, THREADS + 1)[1:-1])
    return Halves([rows(matrix, *ends) for ends in pairwise((0, *cuts.tolist(), matrix.shape[0]))], threads)


def rows(matrix: sp.csr_matrix, begin: int, end: int) -> sp.csr_matrix:
    """Return some of the rows without copying them, which `matrix[begin:end]` does."""
    pointers = matrix.indptr[begin : end + 1]
    held = slice(pointers[0], pointers[-1])
    return sp.csr_matrix(
        (matrix.data[held], matrix.indices[held], pointers - pointers[0]), (end - begin, matrix.shape[1])
    )
