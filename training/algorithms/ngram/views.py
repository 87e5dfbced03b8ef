"""A view of a text: what it sees, and what it makes of it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from algorithms.ngram.tokens import Codes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """One linear model on rows of unit length: its n-grams and, per column, one-byte weights and scales.

    Two classes have one column (the second against the first), more have one column each.
    keys (n-grams,) ascending; weights, values int8 (n-grams, columns), the values being what a row of
    ones is scaled by before it gets unit length; scales, intercepts (columns,). `share` is how much the
    view counts beside the others.
    """

    max_order: int
    keys: Codes
    weights: npt.NDArray[np.int8]
    values: npt.NDArray[np.int8]
    weight_scale: Floats
    value_scale: Floats
    intercepts: Floats
    share: float = 1.0
