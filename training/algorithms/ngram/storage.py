"""The weights file: arrays without pickle, laid out so that they compress."""

from pathlib import Path

import numpy as np

from algorithms.ngram.model import NgramModel

_WEIGHTS_FILE = "weights.npz"
_CODE_BYTES = 8


def save(model: NgramModel, folder: Path) -> None:
    """Write the arrays; keys as differences, the upper bytes of all together: those are mostly 0."""
    steps = np.diff(model.keys, prepend=np.uint64(0)).astype("<u8")
    np.savez_compressed(
        folder / _WEIGHTS_FILE,
        keys=steps.view(np.uint8).reshape(-1, _CODE_BYTES).T,
        weights=model.weights,
        ratios=model.ratios,
        scales=np.stack([model.weight_scale, model.ratio_scale, model.intercepts]),
        settings=np.array([model.max_order, model.steepness, model.doubt]),
    )


def load(folder: Path) -> NgramModel:
    """Read what `save` wrote."""
    with np.load(folder / _WEIGHTS_FILE, allow_pickle=False) as arrays:
        max_order, steepness, doubt = arrays["settings"].tolist()
        weight_scale, ratio_scale, intercepts = arrays["scales"]
        steps = np.ascontiguousarray(arrays["keys"].T).view("<u8").ravel()
        return NgramModel(
            max_order=int(max_order),
            keys=np.cumsum(steps, dtype=np.uint64),
            weights=arrays["weights"],
            ratios=arrays["ratios"],
            weight_scale=weight_scale,
            ratio_scale=ratio_scale,
            intercepts=intercepts,
            steepness=steepness,
            doubt=doubt,
        )
