"""Ctrl-C and SIGTERM: both raise KeyboardInterrupt, and what was started is ended."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from types import FrameType
    from typing import IO

_GRACE_SECONDS = 5


def interrupt_on_signals() -> None:
    """Let Ctrl-C and `kill` both raise KeyboardInterrupt, so that a command cleans up after either.

    SIGINT is set as well: a shell starts what it runs in the background with SIGINT ignored.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


@contextmanager
def ended_with(process: subprocess.Popen[str]) -> Iterator[IO[str]]:
    """Give a process's output; if the caller leaves early, end the process and all of its group."""
    if process.stdout is None:
        raise ValueError("the process was started without a pipe for its output")
    try:
        yield process.stdout
        process.wait()
    finally:
        if process.poll() is None:
            _end_group(process)
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
