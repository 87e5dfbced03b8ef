"""Between releases: what somebody began with the endpoint is finished, and it runs the champion."""

from dataclasses import dataclass

from marquee.ledger.release_lock import ReleaseLock
from marquee.releases.drift import HOLDER, Drift
from marquee.releases.handing_on import HandOn
from marquee.settings import EndpointWatchSettings


@dataclass(frozen=True)
class EndpointWatch:
    """Looks after the endpoint once; releases look after themselves."""

    lock: ReleaseLock
    hand_on: HandOn
    drift: Drift

    @classmethod
    def of(cls, settings: EndpointWatchSettings) -> "EndpointWatch":
        """Wire it to AWS."""
        return cls(ReleaseLock(settings.ledger_table), HandOn.of(settings), Drift.of(settings))

    def look(self) -> bool:
        """Take the next step of what is under way or missing; whether there was one."""
        holder = self.lock.holder()
        if holder not in ("", HOLDER):
            return self.hand_on.step(holder)
        mended = self.drift.mend()
        if holder:
            self.lock.free(HOLDER)  # of a pass that died on its way
        return mended
