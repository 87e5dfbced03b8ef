"""Plugs in function processes that are forked from one that has loaded the SDK and the layer already.

A cold start takes 0.85 s of a core, and a trial makes thousands: each function that is killed is started
anew. Forked, one takes a twentieth of that; every invocation, kill and answer is as before.
"""

import json
import os
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
"""The exit status of a fork that nobody is left to tell of."""


def register(cloud: "Cloud") -> None:
    """Start functions by forks from now on."""
    nurseries = Nurseries()
    cloud.launcher.launch = nurseries.launch
    cloud.on_stop(nurseries.close)


class Forked:
    """A process that another has forked for us: a localcloud.processes.Process."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.pid = pid
        self.stdin: IO[bytes] | None = stdin
        self.stdout: IO[bytes] | None = stdout
        self.returncode = _GONE
        self._over = threading.Event()

    def ended(self, status: int) -> None:
        """Take the exit status, from who forked it."""
        self.returncode = status
        self._over.set()

    def poll(self) -> int | None:
        """The exit status, if it has ended."""
        return self.returncode if self._over.is_set() else None

    def wait(self) -> int:
        """The exit status, once it has ended."""
        self._over.wait()
        return self.returncode


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
        told, tell = os.pipe()
        path = os.pathsep.join(str(layer) for layer in layers)
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-u", str(_NURSERY), str(theirs.fileno()), str(tell), str(_RUNTIME)],
            # Without the first fork's mark: it would end with the first fork.
            env={**environment, "PYTHONPATH": path, CHILD_MARK: ""},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno(), tell],
            start_new_session=True,
        )
        theirs.close()
        os.close(tell)
        self._forks = Forks()
        threading.Thread(target=self._forks.listen, args=(os.fdopen(told, "rb"),), daemon=True).start()

    def fork(self, environment: Mapping[str, str], folder: Path, log: IO[bytes]) -> Forked:
        """A fork with this environment, in this folder."""
        (stdin, requests), (replies, stdout) = os.pipe(), os.pipe()
        asked = json.dumps({"environment": {**environment}, "folder": str(folder)}).encode()
        length = f"{len(asked):{nursery.LENGTH}}".encode()
        socket.send_fds(self._control, [length], [stdin, stdout, log.fileno()])
        self._control.sendall(asked)
        answer = self._control.recv(nursery.LENGTH, socket.MSG_WAITALL)
        for stream in (stdin, stdout):
            os.close(stream)
        if not answer:
            raise RuntimeError("the process that functions are forked from has ended; the log says why")
        forked = Forked(int(answer), os.fdopen(requests, "wb"), os.fdopen(replies, "rb"))
        self._forks.began(forked)
        return forked

    def close(self) -> None:
        """Hang up, and wait until it has ended."""
        self._control.close()
        self._process.wait()


class Forks:
    """The forks of one process that have not ended, each told of its end by one thread that reads of all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alive: dict[int, Forked] = {}
        self._early: dict[int, int] = {}
        """Ends of which was heard before the beginning."""
        self._told_all = False

    def began(self, forked: Forked) -> None:
        """Tell this one when it has ended."""
        with self._lock:
            status = self._early.pop(forked.pid, _GONE if self._told_all else None)
            if status is None:
                self._alive[forked.pid] = forked
                return
        forked.ended(status)

    def listen(self, told: IO[bytes]) -> None:
        """Read lines of `pid status` until nobody is left to write them; then all have ended."""
        with told:
            for line in told:
                pid, status = (int(number) for number in line.split())
                with self._lock:
                    forked = self._alive.pop(pid, None)
                    if forked is None:
                        self._early[pid] = status
                if forked is not None:
                    forked.ended(status)
        with self._lock:
            self._told_all = True
            left = list(self._alive.values())
        for forked in left:
            forked.ended(_GONE)
