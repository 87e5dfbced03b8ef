"""`python -m bench.models.serve NAME CHANNELS FOLDER REPORT`: loads a model and answers the test rows."""

import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from algorithms import Algorithm, Probabilities
from bench.models.registry import model
from bench.models.rows import Codes, test_rows
from bench.running import report
from evaluation import expected_calibration_error

_SINGLES = 2000


def main(name: str, channels: Path, folder: Path) -> None:
    """Report quality, and how long loading, one review (ms) and many (a second) took."""
    held, truth = test_rows(channels)
    began = time.perf_counter()
    method = model(name)  # its libraries are part of what loading costs, apart from numpy
    loaded = method.load(folder)
    method.predict(loaded, held[:1])
    load = (time.perf_counter() - began) * 1e3
    singles = [_milliseconds(method, loaded, text) for text in held[:_SINGLES]]
    began = time.perf_counter()
    probabilities = method.predict(loaded, held)
    batch = time.perf_counter() - began
    speed = {
        "load": load,
        "p50": statistics.median(singles),
        "p99": statistics.quantiles(singles, n=100)[98],
        "batch": len(held) / batch,
    }
    report({**speed, **_quality(probabilities, truth)})


def _milliseconds(method: Algorithm, loaded: Any, text: str) -> float:
    began = time.perf_counter()
    method.predict(loaded, [text])
    return (time.perf_counter() - began) * 1e3


def _quality(probabilities: Probabilities, truth: Codes) -> dict[str, float]:
    right = probabilities.argmax(axis=1) == truth
    given = np.maximum(probabilities[np.arange(len(truth)), truth], 1e-15)
    return {
        "accuracy": float(right.mean()) * 100,
        "log loss": float(-np.log(given).mean()),
        "calibration": expected_calibration_error(probabilities.max(axis=1), right),
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
