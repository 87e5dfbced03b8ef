"""Between releases: what somebody began is finished, the endpoint runs the champion, and no trial stays."""

from dataclasses import dataclass

from marquee import names
from marquee.ledger.release_lock import ReleaseLock
from marquee.releases.drift import HOLDER, Drift
from marquee.releases.handing_on import HandOn
from marquee.releases.trial import clear_trial
from marquee.services.endpoint import Endpoint
from marquee.settings import EndpointWatchSettings


@dataclass(frozen=True)
class EndpointWatch:
    """Looks after the endpoint once; releases look after themselves."""

    lock: ReleaseLock
    hand_on: HandOn
    drift: Drift
    trial: Endpoint

    @classmethod
    def of(cls, settings: EndpointWatchSettings) -> "EndpointWatch":
        """Wire it to AWS."""
        trial = Endpoint(names.trial_endpoint(settings.endpoint_name))
        return cls(ReleaseLock(settings.ledger_table), HandOn.of(settings), Drift.of(settings), trial)

    def look(self) -> bool:
        """Take the next step of what is under way or missing; whether there was one."""
        holder = self.lock.holder()
        if holder not in ("", HOLDER):
            return self.hand_on.step(holder)
        mended = self.drift.mend(ours=holder == HOLDER)
        # A try that was under way when its run was failed may have made one after that was taken back.
        clear_trial(self.trial)
        return mended
