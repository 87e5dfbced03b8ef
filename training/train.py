"""The training job, top to bottom: read the splits, learn, write the archive, evaluate what was written.

SageMaker script mode: folders come from SM_* variables, hyperparameters from hyperparameters.json.
A job that cannot go on leaves one sentence in $SM_OUTPUT_DIR/failure and ends with exit code 1.
"""

import contextlib
import json
import os
import signal
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import launching
import requirements
from algorithms import NAMES, OF_SEVERAL_PROCESSES, Algorithm, Examples, Probabilities, Workplace, algorithm
from archive import archive_bytes, write_archive
from evaluation import evaluate, metric_lines
from hyperparameters import TOOLKIT_PREFIX, knob, parse, read_hyperparameters, refuse_unknown
from refusals import Interrupted, Refused
from splits import Dataset, Split, codes, read_dataset
from teaching import Teacher, soft_labels
from thresholds import NEUTRAL, choose_thresholds, served_label

_REVIEWS_ALONE = 50


@dataclass(frozen=True)
class Knobs:
    """Every knob that is the job's; an algorithm has its own block."""

    algorithm: str = "ngram"
    run_id: str = ""
    attempt_id: str = ""
    dataset_digest: str = ""
    code_version: str = ""
    sagemaker_job_name: str = ""  # the model's version
    teacher: str = ""  # version of an earlier model that labels the unlabelled rows: channel `teacher`
    teacher_digest: str = ""  # of that version's model.json, as the ledger has it
    neutral_accuracy: float = knob(0.55, 0.5, 1.0)  # answers right no more often than this are neutral


def run(environment: Mapping[str, str]) -> None:
    """Run the job whose folders the SM_* variables name."""
    values = read_hyperparameters(Path(environment["SM_INPUT_CONFIG_DIR"]))
    job = parse(Knobs, values)
    method = _method(job.algorithm, environment)
    refuse_unknown(values, Knobs, method.Knobs)
    knobs = parse(method.Knobs, values)

    channels = ("train", "validation", "test", "unlabelled")
    data = read_dataset({name: environment.get(f"SM_CHANNEL_{name.upper()}") for name in channels})
    # How many labels, not which: they are users' words, and metrics are read out of this log.
    known = {"run_id": job.run_id, "attempt_id": job.attempt_id}
    print(json.dumps({**known, "rows": data.rows, "labels": len(data.labels)}), flush=True)

    started = time.perf_counter()
    trained = method.train(_examples(data, job, environment), knobs)
    seconds = time.perf_counter() - started
    truth = codes(data.validation.labels, data.labels)
    thresholds = choose_thresholds(data.labels, trained.validation, truth, job.neutral_accuracy)

    folder = Path(environment["SM_MODEL_DIR"])
    method.save(trained.model, folder)
    write_archive(folder, _model(job, data, thresholds, values))

    evaluation = {
        "algorithm": job.algorithm,
        "run_id": job.run_id,
        "rows": {**data.rows, "unlabelled": trained.unlabelled},
        **_measure(method, folder, data, thresholds, Path(environment["SM_OUTPUT_DATA_DIR"])),
        **trained.report,
        "training_seconds": round(seconds, 3),
        "artefact_bytes": archive_bytes(folder),
    }
    (folder / "evaluation.json").write_text(json.dumps(evaluation, indent=2, ensure_ascii=False) + "\n")
    print(*metric_lines(evaluation), sep="\n", flush=True)


def _method(name: str, environment: Mapping[str, str]) -> Algorithm:
    """Return the algorithm once what it needs is there; with several GPUs, in each of their processes."""
    if name in NAMES:
        requirements.install(name)
    if name in OF_SEVERAL_PROCESSES and launching.is_to_launch(environment):
        launching.launch(Path(__file__), environment)
    return algorithm(name)


def _workplace(environment: Mapping[str, str]) -> Workplace:
    """Return SageMaker's folders: of checkpoints (CheckpointConfig, LocalPath) and of pretrained weights."""
    base = environment.get("SM_CHANNEL_BASE_MODEL")
    checkpoints = Path(environment["SM_OUTPUT_DIR"]).parent / "checkpoints"
    return Workplace(checkpoints, Path(base) if base else None)


def _examples(data: Dataset, job: Knobs, environment: Mapping[str, str]) -> Examples:
    train, validation = data.train, data.validation
    channel = environment.get("SM_CHANNEL_TEACHER")
    teacher = Teacher(Path(channel), job.teacher, job.teacher_digest) if channel else None
    return Examples(
        labels=data.labels,
        train=train.reviews,
        train_codes=codes(train.labels, data.labels),
        validation=validation.reviews,
        validation_codes=codes(validation.labels, data.labels),
        unlabelled=data.unlabelled,
        soft_labels=soft_labels(teacher, data.labels, data.unlabelled) if teacher else None,
        workplace=_workplace(environment),
    )


def _model(
    job: Knobs, data: Dataset, thresholds: dict[str, float], values: Mapping[str, str]
) -> dict[str, Any]:
    """Return model.json without what the archive adds itself."""
    given = {name: text for name, text in values.items() if not name.startswith(TOOLKIT_PREFIX)}
    return {
        "algorithm": job.algorithm,
        "version": job.sagemaker_job_name,
        "run_id": job.run_id,
        "attempt_id": job.attempt_id,
        "labels": data.labels,
        "thresholds": thresholds,
        "dataset_digest": job.dataset_digest,
        "code_version": job.code_version,
        "hyperparameters": given,
    }


def _measure(
    method: Algorithm, folder: Path, data: Dataset, thresholds: dict[str, float], output: Path
) -> dict[str, Any]:
    """Evaluate the archive as it was written, read back, on the test rows."""
    model = method.load(folder)
    started = time.perf_counter()
    probabilities = method.predict(model, data.test.reviews)
    seconds = time.perf_counter() - started
    _write_test_rows(output / "test.jsonl", data.test, data.labels, probabilities)
    served = [served_label(data.labels, scores, thresholds) for scores in probabilities.tolist()]
    return {
        **evaluate(data.test, data.labels, codes(data.test.labels, data.labels), probabilities),
        "neutral_share": round(served.count(NEUTRAL) / len(served), 6),
        "predictions_per_second": round(len(served) / seconds, 1),
        "review_milliseconds": round(_alone(method, model, data.test.reviews), 3),
    }


def _alone(method: Algorithm, model: Any, reviews: Sequence[str]) -> float:
    """Return the median milliseconds of a review that is asked about alone."""
    times = []
    for review in reviews[:_REVIEWS_ALONE]:
        started = time.perf_counter()
        method.predict(model, [review])
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def _write_test_rows(path: Path, test: Split, labels: list[str], probabilities: Probabilities) -> None:
    """Write one line per test row with what this model says: the champion is judged on the same rows."""
    with path.open("w", encoding="utf-8") as file:
        for row, scores in enumerate(probabilities.tolist()):
            answer = {
                "review_id": test.review_ids[row],
                "review": test.reviews[row],
                "label": test.labels[row],
                "predicted": labels[scores.index(max(scores))],
                "scores": dict(zip(labels, (round(score, 6) for score in scores), strict=True)),
            }
            file.write(json.dumps(answer, ensure_ascii=False) + "\n")


def main(environment: Mapping[str, str]) -> int:
    """Run the job; return the exit code, and leave the reason of a failure where SageMaker looks for it."""
    failure = Path(environment["SM_OUTPUT_DIR"]) / "failure"
    try:
        run(environment)
    except Refused as refused:
        _note(failure, str(refused))
        print(refused, file=sys.stderr)
        return 1
    except Interrupted as interrupted:
        print(interrupted, file=sys.stderr)
        return 128 + signal.SIGTERM
    except Exception as error:
        _note(failure, f"The training code broke: {type(error).__name__}: {error}; see its log.")
        raise
    return 0


def _note(failure: Path, reason: str) -> None:
    """Write the reason down, if no other process of this job has: what stops one makes others fail later."""
    with contextlib.suppress(FileExistsError), failure.open("x", encoding="utf-8") as file:
        file.write(reason)


if __name__ == "__main__":
    sys.exit(main(os.environ))
