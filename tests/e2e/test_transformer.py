"""The neural model through the whole chain of events, tiny and on this machine's CPU.

Its training runs in the environment that plays the PyTorch image (`make torch`), its endpoint in the one
that plays the scikit-learn image with what the archive's requirements.txt asks for.
"""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.commands.demo import REVIEWS
from localcloud.sagemaker.images import TORCH
from marquee.ledger import Stage as RunStage
from tests.e2e import uploads
from tests.e2e.stage import Stage, awaited, guarded, marquee, processes_of

pytestmark = pytest.mark.skipif(not TORCH.exists(), reason="`make torch` makes what it trains in")

TINY = {
    "vocabulary": "600",
    "layers": "1",
    "width": "32",
    "heads": "2",
    "length": "64",
    "pretrain_epochs": "1",
    "epochs": "3",
    "learning_rate": "0.003",
    "log_steps": "4",
}


@pytest.fixture(scope="module")
def neural_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    state = tmp_path_factory.mktemp("neural-stage")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with guarded(state):
        yield Stage.up(state, port, Algorithm="transformer", Hyperparameters=json.dumps(TINY))
        done = marquee("down", "--state", state)
        assert done.returncode == 0, done.stderr
        awaited(lambda: not processes_of(state) or None, 15, "the end of every process of the cloud")


def test_a_dropped_csv_becomes_a_live_transformer(neural_stage: Stage, tmp_path: Path) -> None:
    run_id = neural_stage.drop("films.csv", uploads.sample(tmp_path, seed=7, rows=600))

    run = neural_stage.ended(run_id, patience=480)

    assert run.stage == RunStage.LIVE, run.reason
    assert run.facts["accuracy"] > 0.8
    done = neural_stage.command("predict", *REVIEWS, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [prediction["label"] for prediction in answer["predictions"]][:2] == ["positive", "negative"]
    assert answer["model"]["run_id"] == run_id


def test_its_training_can_be_looked_at_afterwards(neural_stage: Stage) -> None:
    (run,) = neural_stage.account.ledger().runs(10)

    shown = json.loads(neural_stage.command("runs", run.run_id, "--json").stdout)["metrics"]

    assert len(shown["validation:accuracy"]) == int(TINY["epochs"])
    assert len(shown["train:loss"]) == len(shown["train:learning_rate"]) > 3
    assert shown["test:accuracy"] == [run.facts["accuracy"]]
    assert "train:loss" in neural_stage.command("runs", run.run_id).stdout
