"""Processes that die while they work for a run."""

from typing import Any

from cli.errors import CommandError
from cli.function_url import predict
from marquee.ledger import Stage as RunStage
from tests.e2e.conftest import Drops
from tests.e2e.stage import Stage, awaited


def test_a_killed_training_process_fails_the_run_and_a_rerun_heals_it(stage: Stage, drops: Drops) -> None:
    failed = stage.ended(drops.killed)
    assert failed.stage == RunStage.FAILED
    assert [change.stage for change in failed.history][-2:] == ["TRAINING", "FAILED"]
    assert failed.reason in stage.notice(drops.killed, "failed").text

    done = stage.command("rerun", drops.killed)

    assert done.returncode == 0, done.stderr
    again = stage.ended(drops.killed)
    assert again.attempt == 2
    assert again.stage in (RunStage.LIVE, RunStage.REJECTED), again.reason


def test_a_dead_endpoint_process_is_a_503_at_worst_and_comes_back(stage: Stage, drops: Drops) -> None:
    for run_id in (drops.first, drops.second, drops.killed):
        stage.ended(run_id)
    container = awaited(lambda: stage.process("sagemaker/container.py", "/live/"), 10, "a container")

    container.kill()

    answer = awaited(lambda: prediction(stage), 60, "an answer after the death")
    assert answer["predictions"][0]["label"] == "positive"


def prediction(stage: Stage) -> dict[str, Any] | None:
    """The address's answer; None where it says 503, and nothing else is allowed."""
    try:
        return predict(stage.account, ["I loved it, absolutely wonderful."])
    except CommandError as error:
        assert "No prediction" in error.message, "only 503 may be answered while it restarts"
        return None
