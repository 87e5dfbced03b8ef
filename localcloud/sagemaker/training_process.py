"""The process of a training job: AWS's own script-mode toolkit, its limits, and what its end means."""

import contextlib
import re
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from localcloud.processes import Child, Command, Processes

TOOLKIT = ("-m", "sagemaker_training.cli.train")
"""What an image's interpreter is started with."""

_TRACEBACK = "Traceback (most recent call last):"
_TOOLKIT_FAILURES = ("ExecuteUserScriptError", "Framework Error")
_MAX_REASON = 1024
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Limits:
    """How long a script may run, and how long it may go on after SIGTERM, in seconds."""

    runtime: float
    grace: float


@dataclass(frozen=True)
class End:
    """How a training process ended: its exit status, and why it was made to, as a secondary status."""

    status: int
    cause: str = ""


def run(processes: Processes, command: Command, limits: Limits, stop: threading.Event) -> End:
    """Run the toolkit until it ends, `stop` is set or its time is up."""
    child = processes.spawn(command)
    deadline, cause = time.monotonic() + limits.runtime, ""
    while True:
        try:
            return End(child.wait(_POLL_SECONDS), cause)
        except TimeoutError:
            late = time.monotonic() > deadline
        if cause and late:
            child.signal(signal.SIGKILL)
        elif not cause and (late or stop.is_set()):
            cause = "Stopped" if stop.is_set() else "MaxRuntimeExceeded"
            deadline = time.monotonic() + limits.grace
            _terminate_script(child)


def _terminate_script(child: Child) -> None:
    """SIGTERM to the script but not to the toolkit, which in its container is process 1 and ignores it."""
    try:
        script = psutil.Process(child.pid).children(recursive=True)
        for process in script:
            process.send_signal(signal.SIGTERM)
    except psutil.NoSuchProcess:
        return  # ended by itself meanwhile
    if not script:
        child.signal(signal.SIGTERM)


def failure_reason(failure: str, log: Path, status: int) -> str:
    """The FailureReason of a failed script, as AWS words it, from its failure file or else from its log."""
    code = _script_status(failure, status)
    if failure and not failure.startswith(_TOOLKIT_FAILURES):
        reason = failure
    elif code in (-signal.SIGKILL, 128 + signal.SIGKILL):
        reason = "the training process was killed by SIGKILL, as the kernel does when memory runs out"
    else:
        reason = _last_exception(log) or "the script ended without a traceback, see its log"
    return f"AlgorithmError: {reason[:_MAX_REASON]}, exit code: {code if code >= 0 else 128 - code}"


def _script_status(failure: str, status: int) -> int:
    """The toolkit itself ends with 1; the script's own status is in what it wrote."""
    found = re.search(r"ExitCode (-?\d+)", failure)
    return int(found[1]) if found else status


def _last_exception(log: Path) -> str:
    """The last line of the last traceback in a log."""
    last, inside = "", False
    for line in _lines(log):
        if line.startswith(_TRACEBACK):
            inside = True
        elif inside and line and not line.startswith(" "):
            last, inside = line, False
    return last


def final_metrics(definitions: Sequence[dict[str, str]], log: Path, at: float) -> list[dict[str, Any]]:
    """The last value that each metric's regular expression finds in the log."""
    values: dict[str, float] = {}
    patterns = {definition["Name"]: re.compile(definition["Regex"]) for definition in definitions}
    for line in _lines(log) if patterns else ():
        for name, pattern in patterns.items():
            for found in pattern.findall(line):
                with contextlib.suppress(ValueError):  # a pattern may catch what is no number
                    values[name] = float(found)
    return [{"MetricName": name, "Value": value, "Timestamp": at} for name, value in values.items()]


def _lines(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines() if log.is_file() else []
