"""Rejecting a candidate that was judged not good enough."""

from dataclasses import dataclass

from marquee.endings import Endings
from marquee.identity import Attempt
from marquee.ledger import Run, Stage
from marquee.notices import Outcome
from marquee.releases.reasons import reason_of
from marquee.releases.registration import RegisterModel
from marquee.settings import RejectSettings
from marquee.stages import RunMoved, standing_at


@dataclass(frozen=True)
class RejectCandidate:
    """Keeps the candidate in the registry as rejected, ends its run, and tells people."""

    endings: Endings
    registration: RegisterModel

    @classmethod
    def of(cls, settings: RejectSettings) -> "RejectCandidate":
        """Wire it to AWS."""
        return cls(Endings.of(settings), RegisterModel.of(settings))

    def reject(self, attempt: Attempt) -> Run:
        """End the run REJECTED; RunMoved if it ended otherwise."""
        run = standing_at(self.endings.ledger, attempt, Stage.JUDGING, Stage.REJECTED)
        reason = reason_of(run)
        package = self.registration.package(run, "Rejected")
        self.registration.registry.decide(package, False, reason)  # one that was tried is there already
        ended = self.endings.end(attempt, Outcome.REJECTED, reason, "reject_candidate")
        if ended is None:
            raise RunMoved(self.endings.ledger.get(attempt.run_id), Stage.REJECTED)
        self.endings.lock.free(attempt.id)
        return ended
