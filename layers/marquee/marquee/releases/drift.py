"""Holding the endpoint to the champion when nothing is under way.

SageMaker may take an update back after its promotion, and people have consoles.
"""

from dataclasses import dataclass

from marquee.ledger import Ledger
from marquee.ledger.release_lock import ReleaseLock
from marquee.notices import Outcome, notify
from marquee.releases.ab_configs import expected_config
from marquee.releases.lease import MOMENT_SECONDS
from marquee.releases.shifting import Shift
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
        if champion is None or champion.asleep or (state and state.changing):
            return False
        config = expected_config(champion)
        if state and (state.status, state.config) == ("InService", config):
            return False
        if not self.lock.acquire(HOLDER, MOMENT_SECONDS):
            return False
        # Only now: whoever had the lease a moment ago may have moved the pointer.
        if self.ledger.champion() == champion:
            found = f"{state.status} with {state.config}" if state else "gone"
            words = f"It is {found}; {config} is the champion's, version {champion.version}."
            notify(
                self.ledger,
                self.topic,
                self.ledger.get(champion.run_id),
                Outcome.DRIFT,
                f"{champion.since} {found}",
                words=words,
            )
            self.shift.bring(config, [])
        self.lock.free(HOLDER)
        return True
