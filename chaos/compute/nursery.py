"""What runs in the process that the functions' processes are forked from (chaos/compute/functions.py).

It loads once what every function loads: the SDK, the layer, and the descriptions of the services that
the layer calls; 0.8 s of a core that a function process of its own spends each time. A fork is a fresh
process in all else: environment, folder, search path, streams and session are its own, and no handler
ever ran in it. Started without site-packages (python -S), as a function is.
"""

import functools
import gc
import importlib
import importlib.util
import json
import os
import pkgutil
import random
import select
import signal
import socket
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

LENGTH = 8
"""Digits before a request, and of an answer."""
STREAMS = 3
"""Sent with a request: its standard input, output and error."""
_OPEN_FILES = 4096
_NICE = 5
"""Functions have computers of their own on AWS; here the cloud's and the person's turn comes first."""
_LONGEST_WAIT = 0.2
"""Seconds the SDK waits before it asks again what was throttled; in service up to 16, four times in a row."""


def main(control: socket.socket, tell: int, runtime: ModuleType) -> None:
    """Fork whenever the cloud asks for it, until it hangs up; tell how every fork ended."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wake)
    while True:
        ready, _, _ = select.select([control.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 512)
            _tell(tell)
        if control.fileno() in ready and not _asked(control, runtime):
            return


def _asked(control: socket.socket, runtime: ModuleType) -> bool:
    """Do what one request asks for; False when the cloud has hung up."""
    length, streams, _, _ = socket.recv_fds(control, LENGTH, STREAMS)
    if not length:
        return False
    request = json.loads(_read(control, int(length)))
    if not (pid := os.fork()):
        _become(request, streams, runtime)
    for stream in streams:
        os.close(stream)
    control.sendall(f"{pid:{LENGTH}}".encode())
    return True


def _read(control: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < length:
        content += control.recv(length - len(content))
    return content


def _tell(tell: int) -> None:
    """Pass on the exit status of every fork that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:  # none is left
            return
        if not pid:
            return
        os.write(tell, f"{pid} {os.waitstatus_to_exitcode(status)}\n".encode())


def _become(request: dict[str, Any], streams: list[int], runtime: ModuleType) -> None:
    """Be the function's process until it ends."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.nice(_NICE)
    for own, stream in enumerate(streams[:3]):
        os.dup2(stream, own)
    os.closerange(3, _OPEN_FILES)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.path[:0] = [request["folder"]]
    time.tzset()
    random.seed()
    status = 1
    try:
        runtime.main()
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    finally:
        os._exit(status)


def load(package: str, clients: str) -> None:
    """Import a package of the layer, all of it, and describe to the SDK what its clients call."""
    import boto3  # noqa: PLC0415 - found on the layers' search path only
    import botocore.loaders  # noqa: PLC0415
    import botocore.session  # noqa: PLC0415

    # Each session would read the same descriptions of services again.
    botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)
    wait_shortly()
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        importlib.import_module(found.name)
    module = importlib.import_module(clients)
    for name, make in vars(module).items():
        if getattr(make, "__module__", "") == clients and not name.startswith("_") and name != "forget":
            make()
    module.forget()
    boto3.DEFAULT_SESSION = None


def wait_shortly() -> None:
    """Scale the SDK's waits as the trial scales all others: each try is made, the waits between are short."""
    standard: Any = importlib.import_module("botocore.retries.standard")
    standard.ExponentialBackoff = functools.partial(standard.ExponentialBackoff, max_backoff=_LONGEST_WAIT)


def _runtime(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("runtime", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.path.pop(0)  # this file's own folder
    load("marquee", "marquee.clients")
    gc.freeze()
    main(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]), _runtime(Path(sys.argv[3])))
