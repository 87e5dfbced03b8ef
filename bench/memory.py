"""The memory of a local cloud: it and every process it started, together."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil

from localcloud.client import LocalCloud
from localcloud.warden import CLOUD_MARK, marked

_EVERY_SECONDS = 0.5


@contextmanager
def peak_memory(cloud: LocalCloud) -> Iterator[Callable[[], int]]:
    """Look twice a second while the block runs; the callable gives the most bytes seen so far."""
    ended, seen = threading.Event(), [0]

    def watch() -> None:
        while not ended.wait(_EVERY_SECONDS):
            seen.append(max(seen.pop(), _now(cloud)))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: seen[-1]
    finally:
        ended.set()
        thread.join()


def _now(cloud: LocalCloud) -> int:
    """Sum the proportional set sizes, which count a page that several processes share once."""
    processes = [psutil.Process(cloud.record.pid), *marked(CLOUD_MARK, cloud.record.mark)]
    return sum(map(_bytes, processes))


def _bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0  # it ended meanwhile
