"""Failing a run: for what reason, what is put back, and what people are told."""

from dataclasses import dataclass
from typing import Literal

from marquee import names
from marquee.endings import Endings
from marquee.identity import Attempt
from marquee.ledger import Run
from marquee.notices import Outcome
from marquee.observability import logger
from marquee.releases.restoration import put_back
from marquee.releases.shifting import Shift
from marquee.releases.trial import clear_trial
from marquee.services.endpoint import Endpoint
from marquee.services.registry import Registry
from marquee.settings import FailSettings
from marquee.stages import is_to_be_taken_back

# A way back takes minutes, and every step of it renews the lease.
_LEASE_SECONDS = 3600


@dataclass(frozen=True)
class Failure:
    """Why an attempt cannot go on, and how that became known."""

    attempt: Attempt
    reason: str
    cause: str
    event_id: str = ""
    outcome: Outcome = Outcome.FAILED


@dataclass(frozen=True)
class FailRun:
    """Ends a run FAILED and leaves the champion answering."""

    endings: Endings
    registry: Registry
    shift: Shift
    trial: Endpoint

    @classmethod
    def of(cls, settings: FailSettings) -> "FailRun":
        """Wire it to AWS."""
        registry = Registry(settings.model_package_group)
        trial = Endpoint(names.trial_endpoint(settings.endpoint_name))
        return cls(Endings.of(settings), registry, Shift.of(settings), trial)

    def fail(self, failure: Failure) -> tuple[Literal["updating", "done"], Run]:
        """Fail an attempt unless it ended otherwise; `updating`: the endpoint is still on its way back."""
        attempt = failure.attempt
        failed = self.endings.end(
            attempt, failure.outcome, failure.reason, failure.cause, event_id=failure.event_id
        )
        if failed is None:
            logger().info("the attempt has ended already", extra={"reason": failure.reason})
            return "done", self.endings.ledger.get(attempt.run_id)
        return self.take_back(failed), failed

    def take_back(self, run: Run) -> Literal["updating", "done"]:
        """Undo what a failed attempt released; the release lease is held until that is done.

        The lease of one that failed long ago may have expired, so it is taken anew; where another release
        has it, the endpoint is that one's until it ends.
        """
        lock = self.endings.lock
        if lock.holder() != run.attempt_id and not is_to_be_taken_back(run):
            return "done"
        if not lock.acquire(run.attempt_id, _LEASE_SECONDS):
            return "updating"
        if "model_package_arn" in run.facts:
            self.registry.decide(run.facts["model_package_arn"], False, run.reason)
        if clear_trial(self.trial) == "updating":
            return "updating"
        deployed = "endpoint_config" in run.facts
        if deployed and put_back(self.shift, self.endings.ledger.champion()) == "updating":
            return "updating"
        if is_to_be_taken_back(run):
            self.endings.ledger.record(run, {"taken_back": True})
        lock.free(run.attempt_id)
        return "done"
