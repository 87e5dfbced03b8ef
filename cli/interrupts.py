"""Ctrl-C and SIGTERM: both raise KeyboardInterrupt, and what was started is ended."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import IO

_GRACE_SECONDS = 5


def interrupt_on_signals() -> None:
    """Let Ctrl-C and `kill` both raise KeyboardInterrupt, so that a command cleans up after either.

    SIGINT is set as well: a shell starts what it runs in the background with SIGINT ignored.
    """

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)


_held: list[bool] = []
"""One entry for each block that holds interrupts back: whether one has come."""


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    if not _held:
        raise KeyboardInterrupt
    _held[-1] = True


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Let an interrupt wait for the end of the block, which must not be left half done."""
    _held.append(False)
    try:
        yield
    finally:
        came = _held.pop()
    if came:
        raise KeyboardInterrupt


@contextmanager
def running(start: Callable[[], subprocess.Popen[str]]) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """Start a process and give it with its output; if the caller leaves early, end all of its group."""
    process: subprocess.Popen[str] | None = None
    try:
        # Between the process and the name it gets here, an interrupt would leave it behind.
        with interrupts_held():
            process = start()
        if process.stdout is None:
            raise ValueError("the process was started without a pipe for its output")
        yield process, process.stdout
        process.wait()
    finally:
        if process and process.poll() is None:
            with interrupts_held():
                _end_group(process)
        if process and process.stdout:
            process.stdout.close()


def _end_group(process: subprocess.Popen[str]) -> None:
    import subprocess  # noqa: PLC0415 - only on the way out

    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
