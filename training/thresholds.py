"""The band around one half in which a sentiment is called neutral."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

NEUTRAL = "neutral"
SENTIMENTS = ["negative", "positive"]

_WIDEST = 0.8
_UNMEASURED = 0.6
_FEWEST_ROWS = 20


def choose_thresholds(
    labels: Sequence[str],
    probabilities: npt.NDArray[np.float64],
    truth: npt.NDArray[np.intp],
    accuracy: float,
) -> dict[str, float]:
    """Return {"neutral_below": confidence} for the two sentiments, {} for any other labels.

    The band is the widest one, up to 0.8, in which the answers on validation rows are right no more
    often than `accuracy`. With fewer than 20 rows inside it nothing was measured, and it is 0.6.
    """
    if list(labels) != SENTIMENTS:
        return {}
    confidence = probabilities.max(axis=1)
    order = np.argsort(confidence, kind="stable")
    right = (probabilities.argmax(axis=1) == truth)[order]
    rows = np.arange(1, len(right) + 1)
    doubtful = (np.cumsum(right) <= accuracy * rows) & (rows >= _FEWEST_ROWS) & (confidence[order] <= _WIDEST)
    if not doubtful.any():
        return {"neutral_below": _UNMEASURED}
    return {"neutral_below": round(float(confidence[order][np.flatnonzero(doubtful)[-1]]), 4)}


def served_label(labels: Sequence[str], scores: Sequence[float], thresholds: dict[str, float]) -> str:
    """Return the likeliest label, or neutral when its score is inside the band."""
    best = max(scores)
    if best < thresholds.get("neutral_below", 0.0):
        return NEUTRAL
    return labels[list(scores).index(best)]
