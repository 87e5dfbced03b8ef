"""Tests of algorithms/transformer, which need PyTorch: `make neural` runs them where it is."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.training.conftest import write_job

collect_ignore_glob = [] if importlib.util.find_spec("torch") else ["test_*.py"]

SCRIPT = Path(__file__).parents[2] / "training" / "train.py"
TINY = {
    "algorithm": "transformer",
    "vocabulary": "300",
    "layers": "2",
    "width": "32",
    "heads": "2",
    "length": "32",
    "pretrain_epochs": "1",
    "epochs": "2",
    "batch": "16",
    "learning_rate": "0.003",
    "log_steps": "1",
}

Job = Callable[..., dict[str, str]]


def tiny_job(folder: Path, **knobs: str) -> dict[str, str]:
    given: dict[str, Any] = {**TINY, **knobs}
    return write_job(folder, **given)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Give the SM_* variables of a tiny transformer's job in a folder of its own."""

    def make(name: str = "job", **knobs: str) -> dict[str, str]:
        return tiny_job(tmp_path / name, **knobs)

    return make


def start(environment: dict[str, str], **more: str) -> "subprocess.Popen[str]":
    """Start train.py as SageMaker's toolkit does: by the variables alone."""
    known = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, str(SCRIPT)],
        env={**known, **environment, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
