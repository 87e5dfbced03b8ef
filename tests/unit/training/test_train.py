"""The job from channels to archive, and what it says when it cannot go on."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import train
from tests.unit.training import conftest

Job = Callable[..., dict[str, str]]


def test_evaluation_holds_every_figure_of_the_contract(archive: Path) -> None:
    evaluation = json.loads((archive / "evaluation.json").read_text())

    assert set(evaluation) == {
        *(
            "algorithm",
            "run_id",
            "rows",
            "labels",
            "accuracy",
            "precision",
            "recall",
            "f1",
            "auc",
            "log_loss",
        ),
        *("ece", "confusion_matrix", "worst_mistakes", "by_length", "training_seconds", "artefact_bytes"),
        *("neutral_share", "predictions_per_second", "review_milliseconds"),
    }
    assert evaluation["rows"] == {"train": 120, "validation": 36, "test": 36, "unlabelled": 0}
    assert evaluation["accuracy"] > 0.85
    sizes = [
        file.stat().st_size
        for file in archive.rglob("*")
        if "__pycache__" not in file.parts and file.is_file()
    ]
    assert evaluation["artefact_bytes"] == sum(sizes) - (archive / "evaluation.json").stat().st_size


def test_model_json_says_where_the_model_comes_from(archive: Path) -> None:
    model = json.loads((archive / "model.json").read_text())

    assert (model["format"], model["algorithm"], model["version"]) == (1, "ngram", "job-1")
    assert (model["run_id"], model["labels"]) == ("films-1", ["negative", "positive"])
    assert model["hyperparameters"] == {"algorithm": "ngram", "run_id": "films-1"}
    assert 0.5 <= model["thresholds"]["neutral_below"] <= 0.8
    assert re.fullmatch("sha256:[0-9a-f]{64}", model["files"]["weights.npz"])


def test_the_test_rows_are_left_for_the_judge(job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    environment = job(labels=("mixed", "negative", "positive"), features="500")

    assert train.main(environment) == 0

    lines = (Path(environment["SM_OUTPUT_DATA_DIR"]) / "test.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    right = sum(row["predicted"] == row["label"] for row in rows)
    assert len(rows) == 54
    assert all(row["predicted"] == max(row["scores"], key=row["scores"].get) for row in rows)
    assert f"test:accuracy={round(right / len(rows), 6)};" in capsys.readouterr().out


def test_a_label_cannot_be_taken_for_a_metric(
    job: Job, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = "x\ntest:accuracy=1.0;"
    monkeypatch.setitem(conftest.SIGNALS, forged, conftest.SIGNALS["positive"])

    assert train.main(job(labels=("negative", forged), features="500")) == 0

    said, *metrics = capsys.readouterr().out.splitlines()
    assert json.loads(said)["run_id"] == "films-1"
    assert len([line for line in metrics if "test:accuracy=" in line]) == 1
    assert "1.0;" not in said


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"algorithm": "oracle"}, "Unknown algorithm 'oracle'; there are ngram, transformer."),
        ({"feature": "10"}, "Unknown hyperparameter 'feature'; there are "),
        (
            {"strength": "much"},
            "Hyperparameter 'strength' must be a number from 0.001 to 100000.0",
        ),
        (
            {"labels": ("positive",)},
            "The training rows hold only the label 'positive'",
        ),
    ],
)
def test_what_cannot_work_leaves_one_sentence_and_exit_code_1(
    job: Job, given: dict[str, str], sentence: str
) -> None:
    environment = job(**given)

    assert train.main(environment) == 1

    failure = (Path(environment["SM_OUTPUT_DIR"]) / "failure").read_text()
    assert failure.startswith(sentence)
    assert not list(Path(environment["SM_MODEL_DIR"]).iterdir())


def test_a_bug_leaves_its_name_and_its_traceback(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = job()
    del environment["SM_MODEL_DIR"]

    with pytest.raises(KeyError):
        train.main(environment)

    failure = (Path(environment["SM_OUTPUT_DIR"]) / "failure").read_text()
    assert failure == "The training code broke: KeyError: 'SM_MODEL_DIR'; see its log."


def test_the_first_reason_written_down_stays(job: Job) -> None:
    environment = job(algorithm="oracle")
    failure = Path(environment["SM_OUTPUT_DIR"]) / "failure"
    failure.write_text("What another process of this job was refused.")

    assert train.main(environment) == 1

    assert failure.read_text() == "What another process of this job was refused."
