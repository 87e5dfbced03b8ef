"""The weights file: arrays without pickle, laid out so that they compress."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from algorithms.ngram.model import NgramModel
from algorithms.ngram.views import View

_WEIGHTS_FILE = "weights.npz"
_CODE_BYTES = 8


def save(model: NgramModel, folder: Path) -> None:
    """Write the arrays of every view, each under its number, and the calibration."""
    arrays = {
        f"{name}_{number}": array
        for number, view in enumerate(model.views)
        for name, array in _arrays(view).items()
    }
    calibration = np.array([model.steepness, model.doubt])
    np.savez_compressed(folder / _WEIGHTS_FILE, calibration=calibration, **arrays)


def load(folder: Path) -> NgramModel:
    """Read what `save` wrote."""
    with np.load(folder / _WEIGHTS_FILE, allow_pickle=False) as arrays:
        steepness, doubt = arrays["calibration"].tolist()
        views = sum(name.startswith("keys_") for name in arrays.files)
        return NgramModel(tuple(_view(arrays, number) for number in range(views)), steepness, doubt)


def _arrays(view: View) -> dict[str, Any]:
    """Name the arrays; keys as differences, the upper bytes of all together: those are mostly 0."""
    steps = np.diff(view.keys, prepend=np.uint64(0)).astype("<u8")
    return {
        "keys": steps.view(np.uint8).reshape(-1, _CODE_BYTES).T,
        "weights": view.weights,
        "values": view.values,
        "scales": np.stack([view.weight_scale, view.value_scale, view.intercepts]),
        "settings": np.array([view.max_order, view.share]),
    }


def _view(arrays: Mapping[str, Any], number: int) -> View:
    max_order, share = arrays[f"settings_{number}"].tolist()
    steps = np.ascontiguousarray(arrays[f"keys_{number}"].T).view("<u8").ravel()
    weight_scale, value_scale, intercepts = arrays[f"scales_{number}"]
    return View(
        max_order=int(max_order),
        keys=np.cumsum(steps, dtype=np.uint64),
        weights=arrays[f"weights_{number}"],
        values=arrays[f"values_{number}"],
        weight_scale=weight_scale,
        value_scale=value_scale,
        intercepts=intercepts,
        share=share,
    )
