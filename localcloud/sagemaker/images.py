"""Which Python of this machine plays an image: chosen by its URI, as AWS chooses an image."""

import sys
from collections.abc import Mapping
from pathlib import Path

Interpreters = Mapping[str, Path]
"""Repository name, or how it begins, to an interpreter; other repositories get the project's own."""

PROJECT = Path(sys.executable)
TORCH = Path(__file__).parents[2] / ".tools" / "torch" / "bin" / "python"
BY_REPOSITORY: Interpreters = {"pytorch": TORCH}


class NoEnvironment(Exception):
    """Nothing on this machine plays the image; the message says what would."""


def interpreter(image: str, interpreters: Interpreters = BY_REPOSITORY) -> Path:
    """Return the interpreter for an image URI; NoEnvironment if the one it wants was not made.

    >>> interpreter("683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2") == PROJECT
    True
    """
    repository = image.rsplit("/", maxsplit=1)[-1].split(":", maxsplit=1)[0]
    found = next((path for start, path in interpreters.items() if repository.startswith(start)), PROJECT)
    if not found.exists():
        raise NoEnvironment(f"no environment here plays the image {repository}: `make torch` makes {found}")
    return found
