"""The faults of one cloud: what wraps its parts, and what tests and the command line ask of it."""

import fnmatch
from collections.abc import Mapping
from typing import Any

from localcloud.faults.calls import CallFaults
from localcloud.faults.events import CompilePattern, EventFaults
from localcloud.faults.plan import Rollback, parsed
from localcloud.faults.processes import ProcessFaults
from localcloud.faults.tally import Tally
from localcloud.gateway import Control
from localcloud.processes import Processes


class Faults:
    """What goes wrong in this cloud on purpose: nothing, until a plan says so."""

    def __init__(self, processes: Processes, compile_pattern: CompilePattern) -> None:
        self._tally = Tally()
        self.events = EventFaults(self._tally, compile_pattern)
        self.calls = CallFaults(self._tally)
        self._processes = ProcessFaults(self._tally, processes)

    def replace(self, document: object) -> None:
        """Follow another plan (localcloud.faults.plan); PlanRefused with every mistake in it."""
        plan = parsed(document)
        self.events.prepare(plan)
        self._tally.replace(plan)
        self.events.release()
        self._processes.look_again()

    def report(self) -> dict[str, Any]:
        """The plan in force, what it has struck, how many events are held back, what the SDK did again."""
        return {
            "plan": self._tally.plan.model_dump(mode="json"),
            "struck": self._tally.struck(),
            "pending_events": self.events.pending,
            "repeated_calls": self.calls.repeated(),
            "repeated_notices": self.calls.told_again(),
        }

    def silently_rolls_back(self, endpoint: str) -> bool:
        """Whether this update of the endpoint shall end InService on the old config without a word."""
        found = self._tally.strikes(
            Rollback, lambda fault: fnmatch.fnmatchcase(endpoint, fault.endpoint), f"update of {endpoint}"
        )
        return found is not None

    def controls(self) -> Mapping[str, Control]:
        """What the holder of the cloud's key may ask (localcloud.gateway)."""
        return {"faults": self._control_faults, "calls": self._control_calls}

    def _control_faults(self, document: object) -> object:
        if document is not None:
            self.replace(document)
        return self.report()

    def _control_calls(self, document: object) -> object:
        if isinstance(document, Mapping):
            self.calls.record(document.get("record") is True)
        return self.calls.recorded()
