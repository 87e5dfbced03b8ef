"""What an algorithm needs beyond its image: the pins in requirements.txt beside it, by pip, if missing."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from refusals import Refused

_ALGORITHMS = Path(__file__).parent / "algorithms"
_LAST_CHARACTERS = 300


def install_serving(algorithm: str, folder: Path) -> None:
    """Install what the algorithm's models are served with into a folder, unless the image has it."""
    _install(_ALGORITHMS / algorithm / "serving.txt", "--target", str(folder))


def install(algorithm: str) -> None:
    """Install the algorithm's pins; Refused if pip cannot, in a network without a registry for instance.

    SageMaker's toolkit installs the one requirements.txt of the source directory for every job; an n-gram
    model must not wait for the libraries of a transformer.
    """
    _install(_ALGORITHMS / algorithm / "requirements.txt")


def _install(path: Path, *options: str) -> None:
    if not path.is_file() or not (missing := list(_missing(path))):
        return
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        *options,
        "-r",
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = " ".join(done.stderr.split())[-_LAST_CHARACTERS:]
        raise Refused(f"{missing[0]} is not in the image and pip cannot install it: {said}")


def _missing(path: Path) -> Iterator[str]:
    for line in path.read_text().splitlines():
        pin = line.split("#", maxsplit=1)[0].strip()
        name, _, version = pin.partition("==")
        if pin and _installed(name) != version:
            yield pin


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
