"""What happens to a stage in its life, event by event: every journey ends as it should, or raises."""

import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from chaos.stage import Stage
from cli.notices import read_inbox
from cli.sample import write_sample
from marquee.batches import BatchStage
from marquee.ledger import Run, RunNotFound

PATIENCE = 60.0
"""Seconds until a journey counts as stuck; the longest takes ten."""
Found = TypeVar("Found")


class WentWrong(Exception):
    """A journey did not end as it should; says how it ended."""


def awaited(look: Callable[[], Found | None], what: str, patience: float = PATIENCE) -> Found:
    """What `look` finds, as soon as it finds something; WentWrong when it does not."""
    deadline = time.monotonic() + patience
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise WentWrong(f"{what} did not happen within {patience:.0f} s")
        time.sleep(0.1)
    return found


def content(seed: int, rows: int = 400) -> bytes:
    """A CSV of reviews nobody wrote; another seed gives others."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sample.csv"
        write_sample(path, rows=rows, seed=seed)
        return path.read_bytes()
