"""What a job that cannot go on says: one sentence in the failure file."""

import importlib
from pathlib import Path
from typing import Any

import pytest
import torch

import train
from algorithms.transformer import exporting, memory, tasks, validation
from tests.neural.conftest import Job, curve

LOSS = tasks.Labelling.loss


def failure(environment: dict[str, str]) -> str:
    assert train.main(environment) == 1
    return (Path(environment["SM_OUTPUT_DIR"]) / "failure").read_text()


def test_a_loss_that_is_no_number(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.Labelling, "loss", lambda *given: LOSS(*given) * float("nan"))

    said = failure(job(pretrain_epochs="0"))

    assert said == (
        "The loss of train is no longer a number at step 1 of 16: lower its learning rate, which is 0.003."
    )


def test_a_gradient_that_is_no_number_moves_nothing(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*given: Any) -> torch.Tensor:
        loss = LOSS(*given)
        loss.register_hook(lambda gradient: gradient * float("inf"))
        return loss

    monkeypatch.setattr(tasks.Labelling, "loss", lost)

    assert failure(job(pretrain_epochs="0")).startswith(
        "The loss of train is no longer a number at step 1 of"
    )


@pytest.mark.parametrize("content", [None, "nonsense"])
def test_a_base_model_that_is_missing_or_corrupt(job: Job, tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    if content:
        (folder / "config.json").write_text('{"model_type": "bert", "hidden_size": 8}')
        (folder / "model.safetensors").write_text(content)
        (folder / "tokenizer.json").write_text(content)

    said = failure({**job(), "SM_CHANNEL_BASE_MODEL": str(folder)})

    assert said.startswith("The base model of the channel 'base_model' cannot be loaded: ")
    assert "\n" not in said


def test_a_review_that_no_memory_holds(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(tasks.Labelling, "loss", full)

    said = failure(job(pretrain_epochs="0", tokens_at_once="256"))

    assert said.startswith("This machine's memory does not hold one review of ")


def test_a_batch_is_halved_until_it_fits(
    job: Job, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    most = 100

    def scarce(self: tasks.Labelling, lesson: Any, places: list[int], device: torch.device) -> torch.Tensor:
        if sum(len(lesson.inputs[place]) for place in places) > most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return LOSS(self, lesson, places, device)

    knobs = {"pretrain_epochs": "0", "tokens_at_once": "256", "dropout": "0"}
    assert train.main(job("plenty", **knobs)) == 0
    whole = capsys.readouterr().out
    monkeypatch.setattr(tasks.Labelling, "loss", scarce)

    assert train.main(job("scarce", **knobs)) == 0

    said = capsys.readouterr().out
    for name in ("train:loss", "validation:loss"):
        assert len(curve(whole, name)) > 1
        assert curve(said, name) == pytest.approx(curve(whole, name), abs=2e-4)
    assert "out of memory" not in whole
    assert "out of memory: 128 subwords a round from now on" in said
    assert "out of memory: 64 subwords a round from now on" in said
    assert "test:accuracy=" in said


def test_validation_takes_smaller_rounds_too(
    job: Job, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = validation.torch_logits
    tried = []

    def scarce(*given: Any) -> Any:
        tried.append(given[-1])
        if given[-1] > 100:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return measured(*given)

    monkeypatch.setattr(validation, "torch_logits", scarce)

    # Eight steps, so the one line of metrics is that of the last.
    assert train.main(job(pretrain_epochs="0", tokens_at_once="256", epochs="1", log_steps="50")) == 0

    said = capsys.readouterr().out
    assert tried == [256, 128, 64]
    assert len(curve(said, "validation:loss")) == 1
    assert curve(said, "train:step") == [8]


def test_an_optimizer_that_no_memory_holds(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("algorithms.transformer.optimizing.AdamW.step", full)

    said = failure(job(pretrain_epochs="0"))

    assert said.startswith("This machine's memory does not hold what the optimizer keeps of every weight: ")


def test_an_export_that_no_memory_holds(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise MemoryError("std::bad_alloc")

    monkeypatch.setattr(exporting, "_shrink", full)

    said = failure(job(pretrain_epochs="0", epochs="1"))

    assert said.startswith("This machine's memory does not hold the export of the network: ")


@pytest.mark.parametrize(
    ("knobs", "sentence"),
    [
        ({"schedule": "steps"}, "Hyperparameter 'schedule' must be cosine or linear, not 'steps'."),
        ({"width": "30", "heads": "4"}, "Hyperparameter 'width' (30) must be a multiple of twice 'heads'."),
    ],
)
def test_senseless_knobs(job: Job, knobs: dict[str, str], sentence: str) -> None:
    assert failure(job(**knobs)) == sentence


def test_a_library_that_cannot_be_installed(
    job: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    requirements = importlib.import_module("requirements")
    (tmp_path / "transformer").mkdir()
    (tmp_path / "transformer/requirements.txt").write_text("marquee-has-no-such-library==1.0\n")
    monkeypatch.setattr(requirements, "_ALGORITHMS", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    said = failure(job())

    assert said.startswith("marquee-has-no-such-library==1.0 is not in the image and pip cannot install it: ")


def test_another_error_is_not_taken_for_lack_of_memory() -> None:
    assert not memory.ran_out_of_memory(RuntimeError("shape mismatch"))
