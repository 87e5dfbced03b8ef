"""The public IMDb Large Movie Review Dataset (Maas et al., ACL 2011) as one CSV."""

from __future__ import annotations

import csv
import hashlib
import tarfile
import tempfile
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from random import Random
from typing import IO, TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from cli.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.terminal import Terminal

URL = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
SHA256 = "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe"
"""The digest that TensorFlow Datasets and others publish for this archive."""

BYTES = 84_125_825
_SEED = 7
_BLOCK = 1 << 18
_TIMEOUT_SECONDS = 30
_LABELS = {"pos": "positive", "neg": "negative"}

Row = tuple[str, str]
"""(review, sentiment); the sentiment of an unlabelled review is empty."""


def write_imdb(out: Path, terminal: Terminal, *, unlabelled: bool = False, url: str = URL) -> int:
    """Download the training half, check it, write it shuffled to `out`; the number of rows."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=out.parent) as archive:
        _download(url, archive, terminal)
        archive.seek(0)
        with terminal.step(f"Writing {out.name}"):
            rows = [*_rows(archive, unlabelled=unlabelled)]
            # The archive holds one class after the other.
            Random(_SEED).shuffle(rows)  # noqa: S311 - an order, not a secret
            _write(out, rows)
    return len(rows)


def _download(url: str, archive: IO[bytes], terminal: Terminal) -> None:
    try:
        with urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - a constant of this module
            digest = _copied(answer, archive, terminal)
    except (URLError, TimeoutError, ConnectionError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        reason = error.reason if isinstance(error, URLError) else error
        raise CommandError(
            f"{url} cannot be downloaded: {reason}.",
            "Check the network, or work offline with `marquee dataset sample`.",
        ) from error
    if digest != SHA256:
        raise CommandError(
            f"What {url} sent is not the dataset: its SHA-256 is {digest}, not {SHA256}.",
            "Download again; if that repeats, something between you and the server changes the file.",
        )


def _copied(answer: IO[bytes], archive: IO[bytes], terminal: Terminal) -> str:
    """The SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with terminal.transfer("Downloading the IMDb reviews", BYTES) as advance:
        while block := answer.read(_BLOCK):
            archive.write(block)
            digest.update(block)
            advance(len(block))
    return digest.hexdigest()


def _rows(archive: IO[bytes], *, unlabelled: bool) -> Iterator[Row]:
    with tarfile.open(fileobj=archive, mode="r:gz") as members:
        for member in members:
            # aclImdb/train/{pos,neg,unsup}/<id>_<stars>.txt
            parts = PurePosixPath(member.name).parts
            if len(parts) != 4 or parts[1] != "train" or not parts[3].endswith(".txt"):
                continue
            if parts[2] in _LABELS or (unlabelled and parts[2] == "unsup"):
                content = members.extractfile(member)
                if content is not None:
                    yield content.read().decode("utf-8"), _LABELS.get(parts[2], "")


def _write(out: Path, rows: list[Row]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("review", "sentiment"))
        writer.writerows(rows)
