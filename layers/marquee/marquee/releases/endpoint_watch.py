"""Between releases: what somebody began is finished, the endpoint runs the champion, and no trial stays."""

from dataclasses import dataclass

from marquee import names
from marquee.ledger.release_lock import ReleaseLock
from marquee.releases.ab_configs import expected_config, weights
from marquee.releases.drift import HOLDER, Drift
from marquee.releases.handing_on import HandOn
from marquee.releases.lease import LEASE_SECONDS
from marquee.releases.traffic import holder_of
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
        mended = self.drift.mend(ours=holder == HOLDER) or self._share_again()
        # A try that was under way when its run was failed may have made one after that was taken back.
        clear_trial(self.trial)
        return mended

    def _share_again(self) -> bool:
        """Have an A/B test's traffic shared as the ledger says: its config has the weights it began with."""
        champion = self.drift.ledger.champion()
        if champion is None or champion.challenger is None:
            return False
        challenger, state = champion.challenger, self.drift.shift.endpoint.state()
        if (
            state is None
            or state.changing
            or state.config != expected_config(champion)
            or state.weights == weights(challenger)
        ):
            return False
        holder = holder_of(challenger.version, challenger.percent)
        return self.lock.acquire(holder, LEASE_SECONDS) and self.hand_on.step(holder)
