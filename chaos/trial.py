"""Files dropped on a stage while things go wrong, and whether each came to the end it must come to."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from chaos.deadlines import hasten
from chaos.findings import MOST, Breakage, Evidence
from chaos.invariants import broken
from chaos.journeys import Journey
from chaos.stage import Stage
from marquee.batches import Batch
from marquee.ledger import Run, RunNotFound

_POLL_SECONDS = 0.25
_LOOK_AGAIN_SECONDS = 3.0
"""Longer than what is on its way takes: a retry of Lambda 0.6 s, a machine's wait 0.75 s, a pass 2 s."""
_RECONCILE_EVERY_SECONDS = 2.0
_SWEEP_EVERY_SECONDS = 6.0
_QUIET = {"quiet_seconds": 2}
SWEEP = {"sweep": True, "older_than_seconds": 10}
"""So soon is asked about what is silent or of no run: far sooner than in service, where minutes are free."""
PATIENCE_SECONDS = 120.0
_NO_EXCUSES: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Flight:
    """One file in flight."""

    label: str
    """What it was dropped for, such as "seed 7"."""
    journey: Journey
    key: str
    run_id: str
    """"" for a batch, whose id is derived from the event."""
    content: bytes = b""
    """What is in it."""


@dataclass
class Trial:
    """Everything that was dropped on one stage, and what struck it."""

    stage: Stage
    before: frozenset[str]
    """Runs there were already."""
    flights: list[Flight] = field(default_factory=list)
    strikes: list[dict[str, Any]] = field(default_factory=list)
    evidence: Evidence = field(default_factory=Evidence)
    rollbacks: Counter[str] = field(default_factory=Counter)
    """How often somebody brought back the model of a run."""
    own_deadlines: bool = False
    """Whether the reconciler asks when the ledger says so (chaos.deadlines), not after 2 s of silence."""
    _reconciled: float = 0.0
    _swept: float = 0.0

    @classmethod
    def on(cls, stage: Stage) -> "Trial":
        """A trial on a stage, whatever was dropped there before."""
        before = frozenset(run.run_id for run in stage.account.ledger().runs(MOST))
        return cls(stage, before=before)

    def plan(self, faults: Iterable[Mapping[str, Any]], seed: int = 0) -> None:
        """Let these faults strike from now on, instead of those before."""
        self.stage.cloud.set_faults({"seed": seed, "faults": list(faults)})

    def drop(self, label: str, journey: Journey, seed: int) -> Flight:
        """Drop one file that takes this journey."""
        # Another trial on this stage may have dropped the same seed: the same file again would be no new run.
        name, content = f"{journey.name}-{seed}-{len(self.before)}.csv", journey.content(seed)
        run_id = ""
        if journey.batch:
            self.stage.drop_batch(name, content)
        else:
            run_id = self.stage.drop(name, content)
        if journey.twice:
            self.stage.drop(name, content)
        key = f"{'batch/in' if journey.batch else 'raw'}/{name}"
        flight = Flight(label, journey, key, run_id, content)
        self.flights.append(flight)
        return flight

    def land(self, flights: Iterable[Flight], patience: float = PATIENCE_SECONDS) -> bool:
        """Wait until these have ended and nothing is held back; whether they have when patience is over.

        The reconciler is asked again and again, as its schedule does.
        """
        left, deadline = list(flights), time.monotonic() + patience
        while True:
            left = [flight for flight in left if not self.ended(flight)]
            landed = not left and not self.stage.cloud.pending_events()
            if landed or time.monotonic() > deadline:
                return landed
            self.reconcile()
            time.sleep(_POLL_SECONDS)

    def reconcile(self) -> bytes:
        """One pass of the reconciler, unless there was one a moment ago; what it answered.

        It may be what is killed.
        """
        now = time.monotonic()
        if now - self._reconciled < _RECONCILE_EVERY_SECONDS:
            return b""
        asked = {} if self.own_deadlines else _QUIET
        sweeps = now - self._swept >= _SWEEP_EVERY_SECONDS
        if self.own_deadlines:
            hasten(self.stage)
        answer = self.stage.invoke("reconcile", json.dumps({**asked, **(SWEEP if sweeps else {})}).encode())
        self._reconciled = time.monotonic()
        self._swept = self._reconciled if sweeps else self._swept
        return answer

    def ended(self, flight: Flight) -> bool:
        """Whether a file's run or batch has ended; a run that is to be run again is."""
        if flight.journey.batch:
            batch = self.batch_of(flight)
            return batch is not None and batch.ended
        run = self.run_of(flight)
        if run is None or not run.ended:
            return False
        if run.attempt <= flight.journey.reruns:
            # Refused while the ending is not through, and repeated if it dies.
            self.stage.invoke("rerun", json.dumps({"run_id": run.run_id}).encode())
            return False
        return True

    def run_of(self, flight: Flight) -> Run | None:
        """The run of a file."""
        try:
            return self.stage.account.ledger().get(flight.run_id)
        except RunNotFound:
            return None

    def batch_of(self, flight: Flight) -> Batch | None:
        """The batch of a file."""
        batches = self.stage.account.batches().batches(1000)
        return next((batch for batch in batches if batch.upload.key == flight.key), None)

    def _unheard(self) -> Counter[str]:
        """By key, how often S3's event of a drop was lost."""
        lost = (strike["subject"] for strike in self.strikes if strike["kind"] == "drop")
        return Counter(subject.rpartition(" of ")[2] for subject in lost)

    def verdict(
        self, patience: float = PATIENCE_SECONDS, excuses: Mapping[str, int] = _NO_EXCUSES
    ) -> list[Breakage]:
        """What is broken once everything has had its time, without faults; [] if all is as it must be.

        All must be well at two looks: what comes twice may come late. No time is spent on notices that
        may have come twice (chaos.waves.Waves.excuses): they stay.
        """
        self.plan(())
        self.own_deadlines = False
        deadline, well = time.monotonic() + patience, False
        while True:
            answer = self.reconcile()
            self.evidence.gather(self.stage)
            found = broken(self.evidence, self.flights, self.before, self.rollbacks, self._unheard())
            if b'"errorType"' in answer:
                found.append(
                    Breakage("", f"the reconciler raised though no fault was left: {answer[:400]!r}")
                )
            well_before, well = well, all(one.is_excused(excuses) for one in found)
            if (well and well_before) or time.monotonic() > deadline:
                return found
            time.sleep(_LOOK_AGAIN_SECONDS if well else 4 * _POLL_SECONDS)
