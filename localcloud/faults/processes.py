"""Processes of the cloud that are killed: Spark, training jobs, containers, functions."""

import fnmatch
import signal

from localcloud.delivery import later
from localcloud.faults.plan import KillProcess
from localcloud.faults.tally import Tally
from localcloud.processes import Child, Processes


class ProcessFaults:
    """Watches every process that starts."""

    def __init__(self, tally: Tally, processes: Processes) -> None:
        self._tally, self._processes = tally, processes
        processes.on_start(self._started)

    def look_again(self) -> None:
        """Apply a new plan to what runs already."""
        for child in self._processes.running():
            self._started(child)

    def _started(self, child: Child) -> None:
        for fault in self._tally.plan.faults:
            if isinstance(fault, KillProcess) and fnmatch.fnmatchcase(child.name, fault.process):
                later(max(0.0, fault.after - child.age), lambda fault=fault: self._kill(child, fault))  # type: ignore[misc]

    def _kill(self, child: Child, planned: KillProcess) -> None:
        subject = f"{child.name} (process {child.pid})"
        if not child.running:
            return
        struck = self._tally.strikes(KillProcess, lambda fault: fault is planned, subject)
        if struck:
            child.signal(signal.SIGKILL)
