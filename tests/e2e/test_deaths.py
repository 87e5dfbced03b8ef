"""Processes that die while they work for a run."""

import time
from pathlib import Path

import psutil

from cli.errors import CommandError
from cli.function_url import predict
from marquee.ledger import Stage as RunStage
from tests.e2e import uploads
from tests.e2e.conftest import Drops
from tests.e2e.stage import Stage, awaited


def test_a_killed_training_process_fails_the_run_and_a_rerun_heals_it(
    stage: Stage, drops: Drops, tmp_path: Path
) -> None:
    stage.ended(drops.first)
    run_id = stage.drop("killed.csv", uploads.sample(tmp_path, seed=31, rows=400))
    training = awaited(lambda: stage.process("train.py", run_id) or training_of(stage), 120, "its training")

    training.kill()

    run = stage.ended(run_id)
    assert run.stage == RunStage.FAILED
    assert "rain" in run.reason
    stage.notice(run_id, "failed")


def training_of(stage: Stage) -> psutil.Process | None:
    return stage.process("train.py")


def test_a_dead_endpoint_process_is_a_503_at_worst_and_comes_back(stage: Stage, drops: Drops) -> None:
    stage.ended(drops.first)
    container = awaited(lambda: stage.process("sagemaker/container.py", "/live/"), 10, "a container")

    container.kill()

    began = time.monotonic()
    answered = awaited(lambda: prediction(stage), 60, "an answer after the death")
    assert answered["predictions"][0]["label"] == "positive"
    assert time.monotonic() - began < 60


def prediction(stage: Stage) -> dict[str, object] | None:
    """The address's answer; None for a refusal, and never longer than its own time-out."""
    try:
        return predict(stage.account, ["I loved it, absolutely wonderful."])
    except CommandError as error:
        assert "No prediction" in error.message, "only 503 may be answered while it restarts"
        return None
