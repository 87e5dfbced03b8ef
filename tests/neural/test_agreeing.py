"""What ends one of several processes ends all of them: in the same words, and with all saved."""

import re
import signal
import textwrap
from pathlib import Path

import pytest

from algorithms.transformer.batches import Batches, smallest
from tests.neural.conftest import (
    SCRIPT,
    Job,
    crew,
    ended_at,
    finished,
    start,
    weights,
)
from tests.neural.kept import left_by, same

KNOBS = {"checkpoint_steps": "3", "dropout": "0.2", "epochs": "2"}
STOPPED = 128 + signal.SIGTERM


def test_sigterm_to_one_process_saves_and_stops_all(job: Job, free_port: int) -> None:
    # One folder for both, as the processes of one instance have it.
    whole, broken = job("whole", **KNOBS), job("broken", **KNOBS)
    for process in crew(whole, whole, free_port):
        finished(process)

    first, second = crew(broken, broken, free_port)
    codes = ended_at(first, "train:step=5;", signal.SIGTERM, second)
    output, _ = (finished(process) for process in crew(broken, broken, free_port))

    assert codes == [STOPPED, STOPPED]
    assert not (Path(broken["SM_OUTPUT_DIR"]) / "failure").exists()
    (resumed,) = re.findall(r"going on from step (\d+) of train\n", output)
    assert 5 <= int(resumed) < 16
    assert weights(broken) == weights(whole)
    assert same(left_by(broken), left_by(whole))


def test_sigterm_to_torchrun_saves_and_stops_all(job: Job) -> None:
    environment = job(**KNOBS)

    (code,) = ended_at(start(environment, SM_NUM_GPUS="2"), "train:step=5;", signal.SIGTERM)
    output = finished(start(environment, SM_NUM_GPUS="2"))

    assert code == 1  # torchrun's own
    assert not (Path(environment["SM_OUTPUT_DIR"]) / "failure").exists()
    # Not step 3, where it would have been saved anyway.
    (resumed,) = re.findall(r"going on from step (\d+) of train\n", output)
    assert 5 <= int(resumed) < 16


def test_what_is_refused_in_one_process_is_refused_in_all(job: Job, free_port: int, tmp_path: Path) -> None:
    environment = job(pretrain_epochs="0", tokens_at_once="64")
    script = tmp_path / "full.py"
    script.write_text(
        textwrap.dedent(f"""
        import os, sys, torch
        sys.path.insert(0, {str(SCRIPT.parent)!r})
        import train
        from algorithms.transformer import tasks

        def full(*_):
            raise torch.OutOfMemoryError("CUDA out of memory.")

        if os.environ["RANK"] == "1":
            tasks.Labelling.loss = full
        sys.exit(train.main(os.environ))
        """)
    )

    every = [
        (process.communicate(timeout=120)[0], process.returncode)
        for process in crew(environment, environment, free_port, script)
    ]

    said = (Path(environment["SM_OUTPUT_DIR"]) / "failure").read_text()
    assert said.startswith("This machine's memory does not hold one review of ")
    assert [code for _, code in every] == [1, 1]
    assert all(said in output and "Traceback" not in output for output, _ in every), every


def test_a_batch_that_leaves_a_process_without_a_review(job: Job) -> None:
    environment = job(batch="1")

    start(environment, SM_NUM_GPUS="2").communicate(timeout=120)

    assert (Path(environment["SM_OUTPUT_DIR"]) / "failure").read_text() == (
        "Hyperparameter 'batch' (1) leaves a step of 1 reviews for 2 processes: "
        "raise it, or train on fewer GPUs or instances."
    )


def test_processes_that_found_different_checkpoints_start_anew(job: Job, free_port: int) -> None:
    first, second = job("first", epochs="1"), job("second", epochs="1")
    ended_at(start(first), "train:step=2;", signal.SIGTERM)

    leader, helper = crew(first, second, free_port)

    output = finished(leader)
    finished(helper)
    assert "the processes found different checkpoints; starting anew" in output
    assert "pretraining:step=1;" in output


@pytest.mark.parametrize(
    ("rows", "batch", "least"), [(120, 16, 15), (9, 8, 4), (3, 64, 3), (64, 64, 64), (65, 64, 32)]
)
def test_the_smallest_step_is_known_beforehand(rows: int, batch: int, least: int) -> None:
    plan = Batches([5] * rows, batch, epochs=1, seed=0)

    assert smallest(rows, batch) == least == min(len(plan.at(step)) for step in range(plan.steps))
