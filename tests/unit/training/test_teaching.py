"""A student that learns from what another model says of unlabelled rows."""

import hashlib
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import train
from tests.unit.training.conftest import write_reviews

Job = Callable[..., dict[str, str]]


def packed(archive: Path, folder: Path) -> Path:
    folder.mkdir()
    with tarfile.open(folder / "model.tar.gz", "w:gz") as members:
        for path in archive.iterdir():
            members.add(path, path.name)
    return folder


def digest_of(archive: Path) -> str:
    """What the ledger knows of an archive that was judged."""
    return f"sha256:{hashlib.sha256((archive / 'model.json').read_bytes()).hexdigest()}"


def with_unlabelled(environment: dict[str, str], folder: Path, rows: int) -> dict[str, str]:
    texts = [review for review, _ in write_reviews(("negative", "positive"), rows // 2, seed=9)]
    folder.mkdir()
    columns = {"review_id": [f"{row:016x}" for row in range(rows)], "review": texts}
    pq.write_table(pa.table(columns), folder / "part-0.parquet")
    return {**environment, "SM_CHANNEL_UNLABELLED": str(folder)}


def test_a_student_learns_from_rows_without_labels(job: Job, archive: Path, tmp_path: Path) -> None:
    mine = job(teacher="job-0", teacher_digest=digest_of(archive))
    environment = with_unlabelled(mine, tmp_path / "unlabelled", rows=200)
    environment["SM_CHANNEL_TEACHER"] = str(packed(archive, tmp_path / "teacher"))

    assert train.main(environment) == 0

    folder = Path(environment["SM_MODEL_DIR"])
    evaluation = json.loads((folder / "evaluation.json").read_text())
    assert evaluation["rows"]["unlabelled"] == 200
    assert evaluation["accuracy"] > 0.85
    assert json.loads((folder / "model.json").read_text())["hyperparameters"]["teacher"] == "job-0"
    assert (folder / "weights.npz").read_bytes() != (archive / "weights.npz").read_bytes()


def test_a_teacher_without_anything_to_label_is_refused(job: Job, archive: Path, tmp_path: Path) -> None:
    environment = {**job(), "SM_CHANNEL_TEACHER": str(packed(archive, tmp_path / "teacher"))}

    assert failure(environment).startswith("The teacher has nothing to label")


def test_a_teacher_of_other_labels_is_refused(job: Job, archive: Path, tmp_path: Path) -> None:
    three = job(labels=("mixed", "negative", "positive"))
    environment = with_unlabelled(three, tmp_path / "unlabelled", rows=20)
    environment["SM_CHANNEL_TEACHER"] = str(packed(archive, tmp_path / "teacher"))

    assert failure(environment) == "The teacher knows other labels than this dataset: negative, positive."


@pytest.mark.parametrize("harm", ["missing", "damaged", "changed"])
def test_a_teacher_that_cannot_be_trusted_is_refused(
    job: Job, archive: Path, tmp_path: Path, harm: str
) -> None:
    environment = with_unlabelled(job(), tmp_path / "unlabelled", rows=20)
    teacher = packed(archive, tmp_path / "teacher")
    path = teacher / "model.tar.gz"
    if harm == "missing":
        path.unlink()
    elif harm == "damaged":
        path.write_bytes(path.read_bytes()[:2000])
    else:
        stray = tmp_path / "stray.bin"
        stray.write_bytes(b"?")
        with tarfile.open(path, "w:gz") as members:
            for one in [*archive.iterdir(), stray]:
                members.add(one, one.name)
    environment["SM_CHANNEL_TEACHER"] = str(teacher)

    sentences = {
        "missing": "The channel 'teacher' holds no model.tar.gz.",
        "damaged": "The teacher's archive is damaged: ",
        "changed": "stray.bin is not vouched for",
    }
    assert failure(environment).startswith(sentences[harm])


@pytest.mark.parametrize(
    ("digest", "sentence"),
    [
        ("", "The teacher job-0 is no model that was judged in this stage"),
        ("sha256:0", "model.json is not the one that was judged"),
    ],
)
def test_a_teacher_must_be_the_one_that_was_judged(
    job: Job, archive: Path, tmp_path: Path, digest: str, sentence: str
) -> None:
    mine = job(teacher="job-0", teacher_digest=digest)
    environment = with_unlabelled(mine, tmp_path / "unlabelled", rows=20)
    environment["SM_CHANNEL_TEACHER"] = str(packed(archive, tmp_path / "teacher"))

    assert failure(environment).startswith(sentence)


def test_an_archive_that_claims_too_much_is_not_unpacked(
    job: Job, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("teaching._ARCHIVE_BYTES", 1000)
    environment = with_unlabelled(job(), tmp_path / "unlabelled", rows=20)
    environment["SM_CHANNEL_TEACHER"] = str(packed(archive, tmp_path / "teacher"))

    assert failure(environment) == "The teacher's archive claims more than 1,000 bytes."


def failure(environment: dict[str, str]) -> str:
    assert train.main(environment) == 1
    return (Path(environment["SM_OUTPUT_DIR"]) / "failure").read_text()
