"""Ends what a cloud has started once the cloud itself has ended, be it by kill -9.

Run as `python -m localcloud.warden MARK`: its standard input is a pipe whose other end only the cloud
holds, so end of file means that the cloud is gone.
"""

import signal
import sys

import psutil

CLOUD_MARK = "LOCALCLOUD_MARK"
CHILD_MARK = "LOCALCLOUD_CHILD_MARK"


def marked(variable: str, mark: str) -> list[psutil.Process]:
    """The living processes that were started with `variable` set to `mark`, except this one."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(variable) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue  # ended meanwhile, or another user's
    return [process for process in found if process != psutil.Process()]


def end_marked(variable: str, mark: str, grace: float) -> None:
    """End the marked processes: SIGTERM, then SIGKILL after `grace` seconds, until none is left."""
    processes = marked(variable, mark)
    if processes and grace:
        _send(processes, signal.SIGTERM)
        psutil.wait_procs(processes, timeout=grace)
    while processes := marked(variable, mark):
        _send(processes, signal.SIGKILL)
        psutil.wait_procs(processes, timeout=1)


def _send(processes: list[psutil.Process], number: int) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


if __name__ == "__main__":
    # Ctrl-C goes to the whole foreground group; the warden leaves last, so it must not be the first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdin.read()
    end_marked(CLOUD_MARK, sys.argv[1], grace=2.0)
