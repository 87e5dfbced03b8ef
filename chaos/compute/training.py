"""A training job without a process: the training code around a model of counted words."""

import json
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any

from algorithms import Examples, Probabilities
from archive import archive_bytes, write_archive
from chaos.compute import words
from chaos.compute.behaviour import LINGER_SECONDS, Behaviour, behaviour_of
from evaluation import evaluate, metric_lines
from hyperparameters import TOOLKIT_PREFIX, read_hyperparameters
from localcloud.processes import Command, Processes
from localcloud.sagemaker.training_process import End, Limits
from splits import Dataset, codes, read_dataset
from thresholds import NEUTRAL, choose_thresholds, served_label

_NEUTRAL_ACCURACY = 0.55


def train(_processes: Processes, command: Command, _limits: Limits, stop: threading.Event) -> End:
    """Do the job's work in its folder, in the shape of localcloud.sagemaker.training_process.run."""
    base = Path(str(command.environment["SAGEMAKER_BASE_DIR"]))
    values = read_hyperparameters(base / "input/config")
    behaviour = behaviour_of(values["run_id"])
    if behaviour is Behaviour.TRAINING_FAILS:
        (base / "output/failure").write_text("The job was told to fail (chaos/compute/behaviour.py).")
        return End(1)
    if behaviour is Behaviour.TRAINING_LINGERS:
        stop.wait(LINGER_SECONDS)
    _keep_checkpoint(base, values)
    evaluation = _Job(base, values).work()
    with Path(command.output or os.devnull).open("a") as stream:
        print(*metric_lines(evaluation), sep="\n", file=stream)
    return End(0, "Stopped" if stop.is_set() else "")


def _keep_checkpoint(base: Path, values: dict[str, str]) -> None:
    """Leave what a try after this one would resume from: the local cloud keeps it if the job says where."""
    folder = base / "checkpoints"
    folder.mkdir(exist_ok=True)
    (folder / "begun.json").write_text(json.dumps({"attempt_id": values["attempt_id"]}))


def _leave_out_code(folder: Path) -> None:
    """What could serve the archive elsewhere is 100 kB a model that no container here reads."""
    shutil.rmtree(folder / "code")
    path = folder / "model.json"
    document = json.loads(path.read_text())
    files = {name: digest for name, digest in document["files"].items() if (folder / name).is_file()}
    path.write_text(json.dumps({**document, "files": files}))


class _Job:
    """What training/train.py does with a dataset, with another algorithm."""

    def __init__(self, base: Path, values: dict[str, str]) -> None:
        self._base, self._values = base, values
        self._behaviour = behaviour_of(values["run_id"])
        self._data: Dataset = read_dataset(
            {folder.name: str(folder) for folder in (base / "input/data").iterdir()}
        )

    def work(self) -> dict[str, Any]:
        """Write the archive and the answers on the test rows; gives the evaluation."""
        started, folder, data = time.perf_counter(), self._base / "model", self._data
        validated = codes(data.validation.labels, data.labels)
        trained = words.train(self._examples(), words.Knobs())
        thresholds = choose_thresholds(data.labels, trained.validation, validated, _NEUTRAL_ACCURACY)
        turned = {word: held[::-1] for word, held in trained.model.items()}
        claimed = turned if self._behaviour is Behaviour.WORSE else trained.model
        words.save(turned if self._behaviour is Behaviour.LIAR else claimed, folder)
        write_archive(folder, self._document(thresholds))
        _leave_out_code(folder)
        if self._behaviour is Behaviour.CORRUPT:
            words.save({**claimed, "tampered": [0.0] * len(data.labels)}, folder)
        evaluation = {
            **self._evaluation(claimed, thresholds),
            "training_seconds": round(time.perf_counter() - started, 3),
            "artefact_bytes": archive_bytes(folder),
        }
        (folder / "evaluation.json").write_text(json.dumps(evaluation))
        return evaluation

    def _examples(self) -> Examples:
        data = self._data
        return Examples(
            labels=data.labels,
            train=data.train.reviews,
            train_codes=codes(data.train.labels, data.labels),
            validation=data.validation.reviews,
            validation_codes=codes(data.validation.labels, data.labels),
        )

    def _document(self, thresholds: dict[str, float]) -> dict[str, Any]:
        values = self._values
        return {
            "algorithm": words.NAME,
            "version": values["sagemaker_job_name"],
            "run_id": values["run_id"],
            "attempt_id": values["attempt_id"],
            "labels": self._data.labels,
            "thresholds": thresholds,
            "dataset_digest": values["dataset_digest"],
            "code_version": values["code_version"],
            "hyperparameters": {k: v for k, v in values.items() if not k.startswith(TOOLKIT_PREFIX)},
        }

    def _evaluation(self, model: words.Weights, thresholds: dict[str, float]) -> dict[str, Any]:
        data, started = self._data, time.perf_counter()
        answers = words.predict(model, data.test.reviews)
        seconds = time.perf_counter() - started
        served = [served_label(data.labels, scores, thresholds) for scores in answers.tolist()]
        self._write_test_rows(answers)
        return {
            "algorithm": words.NAME,
            "run_id": self._values["run_id"],
            "rows": {**data.rows, "unlabelled": 0},
            **evaluate(data.test, data.labels, codes(data.test.labels, data.labels), answers),
            "neutral_share": round(served.count(NEUTRAL) / len(served), 6),
            "predictions_per_second": round(len(served) / seconds, 1),
        }

    def _write_test_rows(self, answers: Probabilities) -> None:
        test, labels = self._data.test, self._data.labels
        with (self._base / "output/data/test.jsonl").open("w") as file:
            for row, scores in enumerate(answers.tolist()):
                answer = {
                    "review_id": test.review_ids[row],
                    "review": test.reviews[row],
                    "label": test.labels[row],
                    "predicted": labels[scores.index(max(scores))],
                    "scores": dict(zip(labels, scores, strict=True)),
                }
                file.write(json.dumps(answer) + "\n")
