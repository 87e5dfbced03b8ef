"""A job that is ended in the middle of an epoch, and its second try."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.neural.conftest import Job, start, tiny_job

# Dropout is on: the resumed job must find the same chance as well.
KNOBS = {"checkpoint_steps": "3", "dropout": "0.2", "epochs": "2"}
MIDDLE = {"pretraining": "pretraining:step=5;", "fine-tuning": "train:step=5;"}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    environment = tiny_job(tmp_path_factory.mktemp("whole"), **KNOBS)
    finished(start(environment))
    return weights(environment)


def finished(process: "subprocess.Popen[str]") -> str:
    output, _ = process.communicate(timeout=240)
    assert process.returncode == 0, output
    return output


def ended_at(process: "subprocess.Popen[str]", words: str, how: signal.Signals) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            process.send_signal(how)
            break
    process.communicate(timeout=240)
    return process.returncode


def weights(environment: dict[str, str]) -> list[bytes]:
    folder = Path(environment["SM_MODEL_DIR"])
    return [(folder / name).read_bytes() for name in ("model.onnx", "tokenizer.json", "settings.json")]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("task", MIDDLE)
def test_a_resumed_job_ends_with_the_weights_of_an_uninterrupted_one(
    job: Job, uninterrupted: list[bytes], how: signal.Signals, task: str
) -> None:
    broken = job(**KNOBS)

    code = ended_at(start(broken), MIDDLE[task], how)
    output = finished(start(broken))

    assert code == {signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGKILL: -signal.SIGKILL}[how]
    (resumed,) = re.findall(rf"going on from step (\d+) of {MIDDLE[task].split(':')[0]}\n", output)
    assert 3 <= int(resumed) < 8  # an epoch has eight steps
    assert weights(broken) == uninterrupted


def test_a_stopped_job_leaves_no_failure_and_no_model(job: Job) -> None:
    environment = job(**KNOBS)

    ended_at(start(environment), MIDDLE["pretraining"], signal.SIGTERM)

    assert not (Path(environment["SM_OUTPUT_DIR"]) / "failure").exists()
    assert not list(Path(environment["SM_MODEL_DIR"]).iterdir())


@pytest.mark.parametrize("harm", ["other knobs", "cut short"])
def test_a_checkpoint_that_does_not_fit_is_left_alone(job: Job, harm: str) -> None:
    environment = job(**KNOBS)
    ended_at(start(environment), MIDDLE["fine-tuning"], signal.SIGKILL)
    checkpoint = Path(environment["SM_OUTPUT_DIR"]).parent / "checkpoints/checkpoint.pt"
    if harm == "cut short":
        checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    else:
        path = Path(environment["SM_INPUT_CONFIG_DIR"]) / "hyperparameters.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "seed": "7"}))

    output = finished(start(environment))

    assert "starting anew" in output
    assert "pretraining:step=1;" in output
