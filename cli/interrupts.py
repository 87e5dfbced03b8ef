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


def treat_sigterm_as_ctrl_c() -> None:
    """Let `kill` of a command do what Ctrl-C does, so that it cleans up as well."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


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
