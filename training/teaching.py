"""A teacher: an earlier model, of whatever kind, that says how likely each label of an unlabelled row is."""

import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import requirements
from algorithms import Probabilities, algorithm
from archive import check_digest, read_archive
from refusals import Refused

# All members together, unpacked: far above any model here, far below what a crafted archive can claim.
_ARCHIVE_BYTES = 20 * 2**30


@dataclass(frozen=True)
class Teacher:
    """The channel with a model archive, the version it is to be, and the digest that its model.json had."""

    channel: Path
    version: str = ""
    digest: str = ""


def soft_labels(teacher: Teacher, labels: list[str], reviews: Sequence[str]) -> Probabilities:
    """Return what the model archive in the channel says, shape (reviews, labels); Refused if it cannot.

    Its code is the job's own, not the archive's: an archive holds what it was trained with, and a job runs
    nothing that it was not started with.
    """
    if not reviews:
        raise Refused("The teacher has nothing to label: the upload has no row without a label.")
    with tempfile.TemporaryDirectory() as place:
        folder = _unpacked(teacher.channel, Path(place, "model"))
        _check_judged(teacher, folder)
        document = read_archive(folder)
        if document["labels"] != labels:
            raise Refused(
                f"The teacher knows other labels than this dataset: {', '.join(document['labels'])}."
            )
        packages = Path(place, "packages")
        requirements.install_serving(document["algorithm"], packages)
        sys.path.append(str(packages))
        try:
            method = algorithm(document["algorithm"])
            return method.predict(method.load(folder), reviews)
        finally:
            sys.path.remove(str(packages))


def _check_judged(teacher: Teacher, folder: Path) -> None:
    """Refuse what is not the archive that was judged under that version; one without a version is by hand."""
    if teacher.version and not teacher.digest:
        raise Refused(
            f"The teacher {teacher.version} is no model that was judged in this stage; `marquee runs RUN` "
            "shows a run's training job, which is its version."
        )
    try:
        check_digest(folder, {"MODEL_VERSION": teacher.version, "MODEL_DIGEST": teacher.digest})
    except FileNotFoundError as error:
        raise Refused("The teacher's archive holds no model.json.") from error


def _bounded(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    total = 0
    for member in archive:
        total += member.size
        if total > _ARCHIVE_BYTES:
            raise Refused(f"The teacher's archive claims more than {_ARCHIVE_BYTES:,} bytes.")
        yield member


def _unpacked(channel: Path, folder: Path) -> Path:
    archive = channel / "model.tar.gz"
    if not archive.is_file():
        raise Refused("The channel 'teacher' holds no model.tar.gz.")
    try:
        with tarfile.open(archive) as members:
            members.extractall(folder, _bounded(members), filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Refused(f"The teacher's archive is damaged: {error}.") from error
    return folder
