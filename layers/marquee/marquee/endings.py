"""Ending a run: the last change of stage, and the notice."""

from dataclasses import dataclass
from typing import Any

from marquee.identity import Attempt
from marquee.ledger import Ledger, Promotion, Run, Stage
from marquee.ledger.release_lock import ReleaseLock
from marquee.notices import Outcome, notify
from marquee.services.topic import Topic
from marquee.settings import NoticeSettings
from marquee.stages import enter

_STAGE = {
    Outcome.LIVE: Stage.LIVE,
    Outcome.REJECTED: Stage.REJECTED,
    Outcome.FAILED: Stage.FAILED,
    Outcome.REFUSED: Stage.FAILED,
}


@dataclass(frozen=True)
class Endings:
    """Ends runs; every part can be repeated, so a death in between heals on retry."""

    ledger: Ledger
    lock: ReleaseLock
    topic: Topic

    @classmethod
    def of(cls, settings: NoticeSettings) -> "Endings":
        """Wire it to AWS."""
        ledger, lock = Ledger(settings.ledger_table), ReleaseLock(settings.ledger_table)
        return cls(ledger, lock, Topic(settings.notices_topic_arn, settings.stage))

    def end(  # noqa: PLR0913 - the parts of one line of history
        self,
        attempt: Attempt,
        outcome: Outcome,
        reason: str,
        cause: str,
        *,
        event_id: str = "",
        promotion: Promotion | None = None,
    ) -> Run | None:
        """End an attempt and tell people; None if it stands elsewhere, having ended otherwise."""
        facts: dict[str, Any] = {"outcome": str(outcome)}
        run = enter(
            self.ledger,
            attempt,
            _STAGE[outcome],
            cause,
            event_id=event_id,
            facts=facts,
            reason=reason,
            promotion=promotion,
        )
        if run:
            notify(self.ledger, self.topic, run, Outcome(run.facts["outcome"]))
        return run
