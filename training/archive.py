"""The model archive: what lies beside the weights so that it can be judged, trusted and served."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from refusals import Refused

FORMAT = 1
_REPORTS = ("model.json", "evaluation.json")
_SOURCE = Path(__file__).parent
_SERVING = (
    "inference.py",
    "archive.py",
    "cleaning.py",
    "hyperparameters.py",
    "invocation.py",
    "refusals.py",
    "thresholds.py",
)


def write_archive(folder: Path, model: dict[str, Any]) -> None:
    """Add model.json, with the digest of every file, and the code that can serve the weights."""
    code = folder / "code"
    code.mkdir()
    for name in _SERVING:
        shutil.copy2(_SOURCE / name, code)
    shutil.copytree(_SOURCE / "algorithms", code / "algorithms", ignore=shutil.ignore_patterns("__pycache__"))
    needs = _SOURCE / "algorithms" / model["algorithm"] / "serving.txt"
    if needs.is_file():
        shutil.copy2(needs, code / "requirements.txt")  # which the scikit-learn image installs at its start
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    digests = {path.relative_to(folder).as_posix(): _digest(path) for path in files}
    document = {"format": FORMAT, **model, "files": digests}
    (folder / "model.json").write_text(json.dumps(document, indent=2) + "\n")


def read_archive(folder: Path) -> dict[str, Any]:
    """Read model.json; Refused for an unknown format, a file that was changed, or one added beside it."""
    document: dict[str, Any] = json.loads((folder / "model.json").read_text())
    if document.get("format") != FORMAT:
        raise Refused(f"model.json has format {document.get('format')!r}; this code reads format {FORMAT}.")
    strays = {path.name for path in folder.iterdir() if path.is_file()} - {*document["files"], *_REPORTS}
    if strays:
        raise Refused(f"{min(strays)} is not vouched for: model.json knows no SHA-256 of it.")
    for name, digest in document["files"].items():
        if _digest(folder / name) != digest:
            raise Refused(f"{name} is not the file that training wrote: model.json has another SHA-256.")
    return document


def check_digest(folder: Path, environment: Mapping[str, str]) -> None:
    """Refuse a model.json that is not the one that was judged: MODEL_DIGEST of the container has its SHA-256.

    register_model gives a container both MODEL_VERSION and MODEL_DIGEST. One without either is not of its
    making (a model made by hand, a trial on a desk): nobody judged that archive, so there is nothing to
    compare it with.
    """
    expected = environment.get("MODEL_DIGEST", "")
    if not expected and not environment.get("MODEL_VERSION"):
        return
    if _digest(folder / "model.json") != expected:
        raise Refused("model.json is not the one that was judged: the archive was replaced afterwards.")


def archive_bytes(folder: Path) -> int:
    """Return the size of everything in the folder, in bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
