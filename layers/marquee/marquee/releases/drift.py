"""Holding the endpoint to the champion when nothing is under way.

SageMaker may take an update back after its promotion, and people have consoles.
"""

from dataclasses import dataclass

from marquee.ledger import Champion, Ledger
from marquee.ledger.release_lock import ReleaseLock
from marquee.notices import Outcome, notify
from marquee.releases.ab_configs import expected_config
from marquee.releases.lease import MOMENT_SECONDS
from marquee.releases.shifting import Progress, Shift
from marquee.services.endpoint import EndpointState
from marquee.services.topic import Topic
from marquee.settings import DriftSettings

HOLDER = "drift#"
# A failed endpoint is deleted first. The lease tells the passes after that it is not gone by hand.
_REPLACING_SECONDS = 3600


@dataclass(frozen=True)
class Drift:
    """Puts the endpoint back to what it has to run; safe to call at any time."""

    ledger: Ledger
    lock: ReleaseLock
    shift: Shift
    topic: Topic

    @classmethod
    def of(cls, settings: DriftSettings) -> "Drift":
        """Wire it to AWS."""
        ledger, lock = Ledger(settings.ledger_table), ReleaseLock(settings.ledger_table)
        return cls(ledger, lock, Shift.of(settings), Topic(settings.notices_topic_arn, settings.stage))

    def mend(self, ours: bool = False) -> bool:
        """Take one step back; whether the endpoint ran something else. Nothing while somebody changes it.

        `ours`: the lease was left to this pass, by one that deleted a failed endpoint, or that died.
        """
        champion, state = self.ledger.champion(), self.shift.endpoint.state()
        if state and state.changing:
            return False
        if champion is None or self._is_right(champion, state):
            if ours:
                self.lock.free(HOLDER)
            return False
        if state is None and not ours:
            self._tell(champion, None)  # who deletes an endpoint by hand means it
            return True
        return self._brought_back(champion, state)

    def _brought_back(self, champion: Champion, state: EndpointState | None) -> bool:
        """Take the step, if nobody else changes the endpoint; the lease stays while it answers nobody."""
        answers = state is not None and state.status == "InService"
        if not self.lock.acquire(HOLDER, MOMENT_SECONDS if answers else _REPLACING_SECONDS):
            return False
        progress: Progress = "done"
        # Only now: whoever had the lease a moment ago may have moved the pointer.
        if self.ledger.champion() == champion:
            if state:
                self._tell(champion, state)
            progress = self.shift.bring(expected_config(champion), [])
        if answers or progress != "waiting":
            self.lock.free(HOLDER)
        return True

    def _is_right(self, champion: Champion, state: EndpointState | None) -> bool:
        if state is None:
            return champion.asleep
        return (state.status, state.config) == ("InService", expected_config(champion))

    def _tell(self, champion: Champion, state: EndpointState | None) -> None:
        if state is None:
            found = "gone"
            words = f"It is gone. `marquee rollback {champion.version}` or the next release makes it anew."
        else:
            found = f"{state.status} with {state.config}"
            words = f"It is {found} and is being put back to version {champion.version}."
        run, occasion = self.ledger.get(champion.run_id), f"{champion.since} {found}"
        notify(self.ledger, self.topic, run, Outcome.DRIFT, occasion, words=words)
