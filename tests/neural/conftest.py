"""Tests of algorithms/transformer, which need PyTorch: `make neural` runs them where it is."""

import importlib.util
import os
import re
import signal
import socket
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
Crew = tuple["subprocess.Popen[str]", "subprocess.Popen[str]"]


def tiny_job(folder: Path, **knobs: str) -> dict[str, str]:
    given: dict[str, Any] = {**TINY, **knobs}
    return write_job(folder, **given)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Give the SM_* variables of a tiny transformer's job in a folder of its own."""

    def make(name: str = "job", **knobs: str) -> dict[str, str]:
        return tiny_job(tmp_path / name, **knobs)

    return make


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def curve(output: str, name: str) -> list[float]:
    """What a metric was each time it was printed."""
    return [float(value) for value in re.findall(rf"{name}=([0-9.eE+-]+);", output)]


def start(environment: dict[str, str], script: Path = SCRIPT, **more: str) -> "subprocess.Popen[str]":
    """Start train.py as SageMaker's toolkit does: by the variables alone."""
    known = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [sys.executable, str(script)],
        env={**known, **environment, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def crew(first: dict[str, str], second: dict[str, str], port: int, script: Path = SCRIPT) -> Crew:
    """Start two processes with torchrun's variables as the agents of two instances would set them."""
    meeting = {
        "WORLD_SIZE": "2",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "LOCAL_RANK": "0",
    }
    return start(first, script, **meeting, RANK="0"), start(second, script, **meeting, RANK="1")


def finished(process: "subprocess.Popen[str]") -> str:
    """What a process that must end well has printed."""
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, output
    return output


def ended_at(reading: "subprocess.Popen[str]", words: str, how: signal.Signals, *others: Any) -> list[int]:
    """Send a signal to the last of these processes once the first has printed the words; all exit codes."""
    processes = [reading, *others]
    assert reading.stdout is not None
    for line in reading.stdout:
        if words in line:
            processes[-1].send_signal(how)
            break
    for process in processes:
        process.communicate(timeout=240)
    return [process.returncode for process in processes]


def weights(environment: dict[str, str]) -> list[bytes]:
    """The weights as they will be served."""
    folder = Path(environment["SM_MODEL_DIR"])
    return [(folder / name).read_bytes() for name in ("model.onnx", "tokenizer.json", "settings.json")]
