"""A job that is ended in the middle of an epoch, and its second try."""

import json
import re
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.neural.conftest import (
    Job,
    ended_at,
    finished,
    start,
    tiny_job,
    weights,
)
from tests.neural.kept import checkpoint, left_by, same
from tests.unit.training.conftest import ROWS_PER_LABEL, SENTIMENTS, write_reviews, write_split
from tests.unit.training.test_teaching import with_unlabelled

# Dropout is on: the resumed job must find the same chance as well.
KNOBS = {"checkpoint_steps": "3", "dropout": "0.2", "epochs": "2"}
MIDDLE = {"pretraining": "pretraining:step=5;", "fine-tuning": "train:step=5;"}
UNLABELLED = 8


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], str]:
    """A job that nobody ended, and what it printed."""
    folder = tmp_path_factory.mktemp("whole")
    environment = with_unlabelled(tiny_job(folder, **KNOBS), folder / "unlabelled", UNLABELLED)
    return environment, finished(start(environment))


def losses(output: str) -> list[str]:
    """What each step came to, in all its digits."""
    return re.findall(r"(?:train|pretraining):step=\d+; (?:train|pretraining):loss=\S+", output)


def report(environment: dict[str, str]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((Path(environment["SM_MODEL_DIR"]) / "evaluation.json").read_text())
    return content


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("task", MIDDLE)
def test_a_resumed_job_ends_with_the_weights_of_an_uninterrupted_one(
    job: Job, uninterrupted: tuple[dict[str, str], str], tmp_path: Path, how: signal.Signals, task: str
) -> None:
    whole, told = uninterrupted
    broken = with_unlabelled(job(**KNOBS), tmp_path / "unlabelled", UNLABELLED)

    code = ended_at(start(broken), MIDDLE[task], how)
    output = finished(start(broken))

    assert code == [{signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGKILL: -signal.SIGKILL}[how]]
    (resumed,) = re.findall(rf"going on from step (\d+) of {MIDDLE[task].split(':')[0]}\n", output)
    assert 3 <= int(resumed) < 8  # an epoch has eight steps
    assert weights(broken) == weights(whole)
    assert same(left_by(broken), left_by(whole))
    again = losses(output)
    assert len(again) >= 8
    assert again == losses(told)[-len(again) :]
    assert report(broken)["rows"] == report(whole)["rows"]
    assert report(broken)["rows"]["unlabelled"] == UNLABELLED
    assert set(report(broken)["tokens_per_second"]) == {"pretraining", "train"}


def test_a_stopped_job_leaves_no_failure_and_no_model(job: Job) -> None:
    environment = job(**KNOBS)

    ended_at(start(environment), MIDDLE["pretraining"], signal.SIGTERM)

    assert not (Path(environment["SM_OUTPUT_DIR"]) / "failure").exists()
    assert not list(Path(environment["SM_MODEL_DIR"]).iterdir())


def cut_short(environment: dict[str, str]) -> None:
    path = checkpoint(environment)
    path.write_bytes(path.read_bytes()[:1000])


def other_knobs(environment: dict[str, str]) -> None:
    path = Path(environment["SM_INPUT_CONFIG_DIR"]) / "hyperparameters.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "seed": "7"}))


def other_rows(environment: dict[str, str]) -> None:
    """As many as before, of the same labels."""
    folder = Path(environment["SM_CHANNEL_TRAIN"])
    shutil.rmtree(folder)
    write_split(folder, write_reviews(SENTIMENTS, ROWS_PER_LABEL["train"], seed=77))


@pytest.mark.parametrize("harm", [cut_short, other_knobs, other_rows])
def test_a_checkpoint_that_does_not_fit_is_left_alone(job: Job, harm: Any) -> None:
    environment = job(**KNOBS)
    ended_at(start(environment), MIDDLE["fine-tuning"], signal.SIGKILL)
    before = set(checkpoint(environment).parent.glob("tokenizer-*.json"))
    harm(environment)

    output = finished(start(environment))

    assert "starting anew" in output
    assert "pretraining:step=1;" in output
    # Subwords belong to the texts they were learned from, whatever the knobs.
    after = set(checkpoint(environment).parent.glob("tokenizer-*.json"))
    assert len(before) == 1
    assert len(after - before) == (1 if harm is other_rows else 0)
