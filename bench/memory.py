"""The memory of processes, and the most of it that was seen while something ran."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from localcloud.client import LocalCloud
from localcloud.warden import CLOUD_MARK, marked

_EVERY_SECONDS = 0.25


@contextmanager
def peak(now: Callable[[], int]) -> Iterator[Callable[[], int]]:
    """Look four times a second while the block runs; the callable gives the most bytes seen so far."""
    ended, seen = threading.Event(), [now()]

    def watch() -> None:
        while not ended.wait(_EVERY_SECONDS):
            seen[0] = max(seen[0], now())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: seen[0]
    finally:
        ended.set()
        thread.join()


def high_water() -> int:
    """Return the most bytes this process ever held.

    Its own, as Linux keeps it: `ru_maxrss` of a child is at least what its parent held when it began.
    """
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (kibibytes,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kibibytes) * 1024


def of_cloud(cloud: LocalCloud) -> int:
    """Bytes of a local cloud and of every process it started."""
    return _together([psutil.Process(cloud.record.pid), *marked(CLOUD_MARK, cloud.record.mark)])


def of_family(pid: int) -> int:
    """Bytes of a process and all below it; 0 once it is gone."""
    try:
        root = psutil.Process(pid)
        return _together([root, *root.children(recursive=True)])
    except psutil.Error:
        return 0


def _together(processes: Iterable[psutil.Process]) -> int:
    """Sum the proportional set sizes, which count a page that several processes share once."""
    return sum(map(_bytes, processes))


def _bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0  # it ended meanwhile
