"""Checkpoints: all that a job needs to go on as if it had never been interrupted."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import Any

import torch

State = dict[str, Any]
_FILE = "checkpoint.pt"


@dataclass
class Checkpoints:
    """The folder that SageMaker keeps in S3; None keeps nothing. One file, replaced as a whole."""

    folder: Path | None
    fingerprint: str

    @cached_property
    def found(self) -> State | None:
        """Where an earlier job of the same fingerprint stood."""
        return self._read()

    def of(self, task: str) -> State | None:
        """Return where it stood, if that was in this task."""
        return self.found if self.found and self.found["task"] == task else None

    @property
    def place(self) -> str:
        """Where it stood, in words."""
        return f"step {self.found['step']} of {self.found['task']}" if self.found else "the beginning"

    def forget(self) -> None:
        """Start anew, whatever was found."""
        self.found = None

    def save(self, state: State) -> None:
        """Keep the state instead of the last one."""
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f"{_FILE}.draft"
            torch.save({**state, "fingerprint": self.fingerprint}, draft)
            draft.replace(self.folder / _FILE)

    def _read(self) -> State | None:
        path = self.folder / _FILE if self.folder else None
        if not path or not path.is_file():
            return None
        try:
            state: State = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # a file cut short raises whatever its first missing byte leads to
            print(f"the checkpoint cannot be read ({type(error).__name__}); starting anew", flush=True)
            return None
        if state.get("fingerprint") != self.fingerprint:
            print("the checkpoint is of other knobs, rows or weights; starting anew", flush=True)
            return None
        return state


class Interruption:
    """Whether SIGTERM has come: SageMaker sends it two minutes before it ends a job or a spot instance."""

    def __init__(self) -> None:
        self.asked = False

    @contextmanager
    def watched(self) -> Iterator[Interruption]:
        """Note the signal while the block runs, instead of ending at once."""
        before = signal.signal(signal.SIGTERM, self._note)
        try:
            yield self
        finally:
            signal.signal(signal.SIGTERM, before)

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True
