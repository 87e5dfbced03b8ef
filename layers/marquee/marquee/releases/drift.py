"""Holding the endpoint to the champion when nothing is under way.

SageMaker may take an update back after its promotion, and people have consoles.
"""

from dataclasses import dataclass

from marquee.ledger import Champion, Ledger
from marquee.ledger.release_lock import ReleaseLock
from marquee.notices import Outcome, notify
from marquee.releases.ab_configs import expected_config
from marquee.releases.lease import MOMENT_SECONDS
from marquee.releases.shifting import Shift
from marquee.services.endpoint import EndpointState
from marquee.services.topic import Topic
from marquee.settings import DriftSettings

HOLDER = "drift#"


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

    def mend(self) -> bool:
        """Take one step back; whether the endpoint ran something else. Nothing while somebody changes it."""
        champion, state = self.ledger.champion(), self.shift.endpoint.state()
        if champion is None or (state.changing if state else champion.asleep):
            return False
        config = expected_config(champion)
        if state and (state.status, state.config) == ("InService", config):
            return False
        if not self.lock.acquire(HOLDER, MOMENT_SECONDS):
            return False
        # Only now: whoever had the lease a moment ago may have moved the pointer.
        if self.ledger.champion() == champion:
            self._tell(champion, state)
            if state:  # who deletes an endpoint by hand means it
                self.shift.bring(config, [])
        self.lock.free(HOLDER)
        return True

    def _tell(self, champion: Champion, state: EndpointState | None) -> None:
        if state is None:
            found = "gone"
            words = f"It is gone. `marquee rollback {champion.version}` or the next release makes it anew."
        else:
            found = f"{state.status} with {state.config}"
            words = f"It is {found} and is being put back to version {champion.version}."
        run, occasion = self.ledger.get(champion.run_id), f"{champion.since} {found}"
        notify(self.ledger, self.topic, run, Outcome.DRIFT, occasion, words=words)
