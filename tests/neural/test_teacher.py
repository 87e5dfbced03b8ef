"""N-grams taught by a transformer."""

import json
from pathlib import Path

import train
from tests.neural.conftest import Job
from tests.unit.training.conftest import write_job
from tests.unit.training.test_teaching import digest_of, packed, with_unlabelled


def test_a_transformer_teaches_an_ngram_model(job: Job, tmp_path: Path) -> None:
    teacher = job("teacher", epochs="3")
    assert train.main(teacher) == 0
    judged = digest_of(Path(teacher["SM_MODEL_DIR"]))
    mine = write_job(tmp_path / "student", teacher="job-1", teacher_digest=judged)
    student = with_unlabelled(mine, tmp_path / "unlabelled", rows=100)
    student["SM_CHANNEL_TEACHER"] = str(packed(Path(teacher["SM_MODEL_DIR"]), tmp_path / "channel"))

    assert train.main(student) == 0

    evaluation = json.loads((Path(student["SM_MODEL_DIR"]) / "evaluation.json").read_text())
    assert (evaluation["algorithm"], evaluation["rows"]["unlabelled"]) == ("ngram", 100)
    assert evaluation["accuracy"] > 0.8
