"""One execution environment of a function: a process that is started cold and kept warm."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from localcloud.processes import Child, Process, Processes

_INIT_SECONDS = 60.0
"""Lambda gives an import 10 s of a machine of its own; here Spark may hold every core."""
_SIGNALS: Mapping[int, str] = {
    signal.SIGKILL: "killed",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGTERM: "terminated",
}
_RUNTIME = Path(__file__).with_name("runtime.py")


@dataclass(frozen=True)
class Function:
    """What an execution environment needs to know of a function."""

    arn: str
    timeout: float
    """Seconds."""
    code: Path
    search_path: list[Path]
    variables: Mapping[str, str]
    """Everything its process finds in its environment, credentials of its role included."""
    log: Path


def launch(function: Function, marks: Mapping[str, str], log: IO[bytes]) -> Process:
    """Start the process of a function, with the marks in its environment; its errors go to `log`."""
    path = os.pathsep.join(str(folder) for folder in function.search_path)
    return subprocess.Popen(
        [sys.executable, "-S", str(_RUNTIME)],
        cwd=function.code,
        env={**function.variables, "PYTHONPATH": path, **marks},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )


@dataclass
class Launcher:
    """How functions' processes are started in one cloud (chaos/compute plugs another way in)."""

    launch: Callable[[Function, Mapping[str, str], IO[bytes]], Process] = launch


@dataclass(frozen=True)
class Outcome:
    """How an invocation ended: the handler's JSON value, or Lambda's error document."""

    value: Any = None
    error: Mapping[str, Any] | None = None
    log: str = ""


@dataclass
class ExecutionEnvironment:
    """A function's process; runs one invocation at a time."""

    function: Function
    processes: Processes
    launcher: Launcher = field(default_factory=Launcher)
    _child: Child | None = field(default=None, init=False)

    def invoke(self, event: Any, request_id: str, trace_id: str | None = None) -> Outcome:
        """Run the handler on `event`, starting the process first when there is none."""
        start = self._log_size()
        error, value = self._attempt(event, request_id, trace_id)
        return Outcome(value, error, self._log_since(start))

    def stop(self) -> None:
        """End the process, if any."""
        child, self._child = self._child, None
        if child is not None:
            child.stop(grace=2.0)
            with contextlib.suppress(BrokenPipeError):
                _pipe(child.process.stdin).close()
            _pipe(child.process.stdout).close()

    def kill(self) -> None:
        """SIGKILL to the process, as when its memory runs out."""
        if child := self._child:
            child.signal(signal.SIGKILL)

    @property
    def process(self) -> Process | None:
        """The process that runs the function now."""
        return self._child.process if self._child else None

    def _attempt(
        self, event: Any, request_id: str, trace_id: str | None
    ) -> tuple[Mapping[str, Any] | None, Any]:
        if self._child is None or not self._child.running:
            self.stop()
            self._child = self._start()
            error, _ = self._read(request_id, _INIT_SECONDS)
            if error:
                self.stop()
                return error, None
        request = {
            "event": event,
            "request_id": request_id,
            "trace_id": trace_id,
            "function_arn": self.function.arn,
            "deadline": time.time() + self.function.timeout,
        }
        # A process that is gone is told apart when its reply is read.
        with contextlib.suppress(BrokenPipeError):
            requests = _pipe(self._child.process.stdin)
            requests.write(json.dumps(request).encode() + b"\n")
            requests.flush()
        return self._read(request_id, self.function.timeout)

    def _read(self, request_id: str, timeout: float) -> tuple[Mapping[str, Any] | None, Any]:
        """The next reply as (error, value); a process that is late or gone is an error and is ended."""
        child = self._child
        if child is None:
            raise RuntimeError("no process to read from")
        replies = _pipe(child.process.stdout)
        if not _readable(replies, timeout):
            self.stop()
            moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
            message = f"{moment} {request_id} Task timed out after {timeout:.2f} seconds"
            return {"errorType": "Sandbox.Timedout", "errorMessage": message}, None
        line = replies.readline()
        if not line.endswith(b"\n"):
            status = child.process.wait()
            self.stop()
            return _exit_error(request_id, status), None
        reply = json.loads(line)
        return reply.get("error"), json.loads(reply.get("result", "null"))

    def _start(self) -> Child:
        self.function.log.parent.mkdir(parents=True, exist_ok=True)
        with self.function.log.open("ab") as log:
            return self.processes.adopt(
                f"function {self.function.arn.rpartition(':')[2]}",
                lambda marks: self.launcher.launch(self.function, marks, log),
            )

    def _log_size(self) -> int:
        return self.function.log.stat().st_size if self.function.log.exists() else 0

    def _log_since(self, start: int) -> str:
        if self._log_size() <= start:
            return ""
        with self.function.log.open("rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace").rstrip("\n")


def _readable(stream: IO[bytes], seconds: float) -> bool:
    """Whether there is something to read, or the end, within so many seconds."""
    # Not select(): it takes no descriptor above 1,023, and a busy cloud has more.
    looked_at = select.poll()
    looked_at.register(stream, select.POLLIN)
    return bool(looked_at.poll(seconds * 1000))


def _exit_error(request_id: str, status: int) -> Mapping[str, Any]:
    """What Lambda reports of a process that ended in the middle of an invocation."""
    how = f"signal: {_SIGNALS.get(-status, -status)}" if status < 0 else f"exit status {status}"
    message = f"RequestId: {request_id} Error: Runtime exited with error: {how}"
    return {"errorType": "Runtime.ExitError", "errorMessage": message}


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the process was started without pipes")
    return stream
