"""The band around one half in which a sentiment is called neutral."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

NEUTRAL = "neutral"
SENTIMENTS = ["negative", "positive"]

_WIDEST = 0.8


def choose_thresholds(
    labels: Sequence[str],
    probabilities: npt.NDArray[np.float64],
    truth: npt.NDArray[np.intp],
    accuracy: float,
) -> dict[str, float]:
    """Return {"neutral_below": confidence} for the two sentiments, {} for any other labels.

    Answers inside the band are to be right no more often than `accuracy`. How fast accuracy rises with
    confidence, from one half at one half, is a least-squares slope over the doubtful validation rows
    (confidence up to 0.8), held to the 1 of a calibrated model where there are few of them. A slope
    moves the band far less from one sample to the next than counting answers in bands of many widths.
    """
    if list(labels) != SENTIMENTS:
        return {}
    lead = probabilities.max(axis=1) - 0.5
    right = (probabilities.argmax(axis=1) == truth) - 0.5
    doubtful = lead <= _WIDEST - 0.5
    lead, right = lead[doubtful], right[doubtful]
    slope = (lead @ right + 1) / (lead @ lead + 1)
    # The mean accuracy from one half to c is halfway between one half and the accuracy at c.
    band = 0.5 + 2 * (accuracy - 0.5) / max(slope, 1e-6)
    return {"neutral_below": round(min(float(band), _WIDEST), 4)}


def served_label(labels: Sequence[str], scores: Sequence[float], thresholds: dict[str, float]) -> str:
    """Return the likeliest label, or neutral when its score is inside the band."""
    best = max(scores)
    if best < thresholds.get("neutral_below", 0.0):
        return NEUTRAL
    return labels[list(scores).index(best)]
