"""A teacher: an earlier model, of whatever kind, that says how likely each label of an unlabelled row is."""

import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import requirements
from algorithms import Probabilities, algorithm
from archive import read_archive
from refusals import Refused


def soft_labels(channel: Path, labels: list[str], reviews: Sequence[str]) -> Probabilities:
    """Return what the model archive in the channel says, shape (reviews, labels); Refused if it cannot.

    Its code is the job's own, not the archive's: an archive holds what it was trained with, and a job runs
    nothing that it was not started with.
    """
    if not reviews:
        raise Refused("The teacher has nothing to label: the upload has no row without a label.")
    with tempfile.TemporaryDirectory() as place:
        folder = _unpacked(channel, Path(place, "model"))
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


def _unpacked(channel: Path, folder: Path) -> Path:
    archive = channel / "model.tar.gz"
    if not archive.is_file():
        raise Refused("The channel 'teacher' holds no model.tar.gz.")
    try:
        with tarfile.open(archive) as members:
            members.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Refused(f"The teacher's archive is damaged: {error}.") from error
    return folder
