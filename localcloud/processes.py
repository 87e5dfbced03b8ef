"""Processes of the cloud: none of them outlives it.

Everything the cloud starts carries the cloud's mark in its environment, and so does what those
processes start in turn. A warden, one small process in a session of its own, waits for the cloud to
end, however it ends, and then ends every process that carries the mark.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from localcloud.warden import CHILD_MARK, CLOUD_MARK, end_marked

log = logging.getLogger(__name__)

OnExit = Callable[[int], None]


@dataclass(frozen=True)
class Command:
    """A program to run: `environment` is all it sees, stdout and stderr are appended to `output`."""

    name: str
    arguments: Sequence[str | Path]
    environment: Mapping[str, str]
    folder: Path
    output: Path


class Process(Protocol):
    """What is needed of a process, as subprocess.Popen has it."""

    pid: int
    returncode: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None

    def poll(self) -> int | None:
        """The exit status, if it has ended."""

    def wait(self) -> int:
        """The exit status, once it has ended."""


class Child:
    """A process of the cloud, leader of its own session, and everything it starts."""

    def __init__(self, name: str, process: Process, mark: str) -> None:
        self.name, self.process, self._mark = name, process, mark
        self._born = time.monotonic()
        self._swept = threading.Event()

    @property
    def pid(self) -> int:
        """The process id, which is also its process group's."""
        return self.process.pid

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._born

    @property
    def running(self) -> bool:
        """Whether the process has not ended yet."""
        return self.process.poll() is None

    def wait(self, timeout: float | None = None) -> int:
        """The exit status once it and what it started have ended; TimeoutError after `timeout` seconds."""
        if not self._swept.wait(timeout):
            raise TimeoutError(f"{self.name} (process {self.pid}) still runs after {timeout} s")
        return self.process.returncode

    def signal(self, number: int) -> None:
        """Send a signal to the process and its group; nothing happens when it has ended."""
        # Another thread may be reaping it just now.
        with contextlib.suppress(ProcessLookupError):
            if self.running:
                os.killpg(self.pid, number)

    def stop(self, grace: float = 10.0) -> int:
        """SIGTERM, then SIGKILL after `grace` seconds; gives the exit status."""
        self.signal(signal.SIGTERM)
        try:
            return self.wait(grace)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            return self.wait()

    def _watch(self, on_exit: OnExit | None) -> None:
        status = self.process.wait()
        end_marked(CHILD_MARK, self._mark, grace=0)
        self._swept.set()
        if on_exit is not None:
            on_exit(status)


class Processes:
    """Starts and ends the processes of one cloud."""

    def __init__(self) -> None:
        self.mark = uuid.uuid4().hex
        self._children: dict[int, Child] = {}
        self._watchers: list[Callable[[Child], None]] = []
        self._lock = threading.Lock()
        self._closed = False
        # Also what MiniStack itself starts inherits the mark.
        os.environ[CLOUD_MARK] = self.mark
        self._warden = subprocess.Popen(
            [sys.executable, "-m", "localcloud.warden", self.mark],
            stdin=subprocess.PIPE,
            start_new_session=True,
            env={"PYTHONPATH": str(Path(__file__).parents[1])},
        )

    def on_start(self, watcher: Callable[[Child], None]) -> None:
        """Have `watcher` told of every process that starts from now on."""
        self._watchers.append(watcher)

    def running(self) -> list[Child]:
        """Every process that has not ended."""
        with self._lock:
            return list(self._children.values())

    def spawn(self, command: Command, on_exit: OnExit | None = None) -> Child:
        """Start a command; `on_exit` gets its exit status, in a thread, when all it started is gone too."""
        command.output.parent.mkdir(parents=True, exist_ok=True)
        with command.output.open("ab") as stream:
            return self.adopt(
                command.name,
                lambda marks: subprocess.Popen(
                    [str(part) for part in command.arguments],
                    cwd=command.folder,
                    env={**command.environment, **marks},
                    stdin=subprocess.DEVNULL,
                    stdout=stream,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                ),
                on_exit,
            )

    def adopt(
        self,
        name: str,
        start: Callable[[Mapping[str, str]], Process],
        on_exit: OnExit | None = None,
    ) -> Child:
        """Look after a process that `start` starts, with the marks in its environment, in a new session."""
        mark = uuid.uuid4().hex
        with self._lock:
            if self._closed:
                raise RuntimeError(f"{name} was not started: the cloud is stopping")
            child = Child(name, start({CLOUD_MARK: self.mark, CHILD_MARK: mark}), mark)
            self._children[child.pid] = child
        log.info("started %s as process %d", name, child.pid)

        def ended(status: int) -> None:
            with self._lock:
                self._children.pop(child.pid, None)
            log.info("%s (process %d) ended with status %d", name, child.pid, status)
            if on_exit is not None:
                on_exit(status)

        threading.Thread(target=child._watch, args=(ended,), name=f"watch {name}", daemon=True).start()
        for watcher in self._watchers:
            watcher(child)
        return child

    def stop_all(self, grace: float = 5.0) -> None:
        """End every process: SIGTERM, then SIGKILL after `grace` seconds. None can start afterwards."""
        with self._lock:
            self._closed = True
            children = list(self._children.values())
        for child in children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + grace
        for child in children:
            child.stop(max(0.0, deadline - time.monotonic()))
        end_marked(CLOUD_MARK, self.mark, grace=1.0)
        if self._warden.stdin:
            self._warden.stdin.close()
        self._warden.wait()
