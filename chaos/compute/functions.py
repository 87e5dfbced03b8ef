"""Plugs in function processes that are forked from one that has loaded the SDK and the layer already.

A cold start takes 0.85 s of a core, and a trial makes thousands: each function that is killed is started
anew. Forked, one takes a twentieth of that; every invocation, kill and answer is as before.
"""

import json
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING

from chaos.compute import nursery
from localcloud.functions import runtime
from localcloud.functions.environment import Function
from localcloud.warden import CHILD_MARK

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

_NURSERY = Path(nursery.__file__)
_RUNTIME = Path(runtime.__file__)
_GONE = -9
_LOOK_SECONDS = 60.0
_RUNNING = 1 << 20
"""No exit status."""


def register(cloud: "Cloud") -> None:
    """Start functions by forks from now on."""
    nurseries = Nurseries()
    cloud.launcher.launch = nurseries.launch
    cloud.on_stop(nurseries.close)


class Forked:
    """A process that another has forked for us: a localcloud.processes.Process."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes], status: IO[bytes]) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = stdin
        self.stdout: IO[bytes] | None = stdout
        self.returncode = _RUNNING
        self._status, self._lock = status, threading.Lock()

    def poll(self) -> int | None:
        """The exit status, if it has ended."""
        return self._ended(0)

    def wait(self) -> int:
        """The exit status, once it has ended."""
        while (status := self._ended(_LOOK_SECONDS)) is None:
            continue
        return status

    def _ended(self, seconds: float) -> int | None:
        if self.returncode == _RUNNING and select.select([self._status], [], [], seconds)[0]:
            with self._lock:
                if self.returncode == _RUNNING:
                    # The end of the stream: who would have told is gone, and with it the cloud.
                    self.returncode = int(self._status.readline() or _GONE)
        return None if self.returncode == _RUNNING else self.returncode

    def __del__(self) -> None:
        """Close the stream only when no thread can be waiting on it: select would find a bad descriptor."""
        self._status.close()


class Nurseries:
    """One process to fork from for each set of layers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nurseries: dict[tuple[Path, ...], _Nursery] = {}

    def launch(self, function: Function, marks: Mapping[str, str], log: IO[bytes]) -> Forked:
        """Fork the function's process."""
        layers, asked = tuple(function.search_path[1:]), {**function.variables, **marks}
        with self._lock:
            if layers not in self._nurseries:
                self._nurseries[layers] = _Nursery(layers, asked)
            return self._nurseries[layers].fork(asked, function.code, log)

    def close(self) -> None:
        """End the processes that are forked from; their forks end with the cloud."""
        with self._lock:
            for each in self._nurseries.values():
                each.close()


class _Nursery:
    """A process that has loaded these layers."""

    def __init__(self, layers: tuple[Path, ...], environment: Mapping[str, str]) -> None:
        self._control, theirs = socket.socketpair()
        path = os.pathsep.join(str(layer) for layer in layers)
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-u", str(_NURSERY), str(theirs.fileno()), str(_RUNTIME)],
            # Without the first fork's mark: it would end with the first fork.
            env={**environment, "PYTHONPATH": path, CHILD_MARK: ""},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()

    def fork(self, environment: Mapping[str, str], folder: Path, log: IO[bytes]) -> Forked:
        """A fork with this environment, in this folder."""
        (stdin, requests), (replies, stdout), (told, status) = os.pipe(), os.pipe(), os.pipe()
        asked = json.dumps({"environment": {**environment}, "folder": str(folder)}).encode()
        length = f"{len(asked):{nursery.LENGTH}}".encode()
        socket.send_fds(self._control, [length], [stdin, stdout, log.fileno(), status])
        self._control.sendall(asked)
        answer = self._control.recv(nursery.LENGTH, socket.MSG_WAITALL)
        for stream in (stdin, stdout, status):
            os.close(stream)
        if not answer:
            raise RuntimeError("the process that functions are forked from has ended; the log says why")
        return Forked(int(answer), os.fdopen(requests, "wb"), os.fdopen(replies, "rb"), os.fdopen(told, "rb"))

    def close(self) -> None:
        """Hang up, and wait until it has ended."""
        self._control.close()
        self._process.wait()
