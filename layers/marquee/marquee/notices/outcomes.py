"""How a run can end, as the message attribute `outcome` says it."""

from enum import StrEnum

from marquee.ledger import Run, Stage


class Outcome(StrEnum):
    """What a notice tells; subscribers filter by it."""

    LIVE = "live"
    REJECTED = "rejected"
    FAILED = "failed"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    ATTENTION = "attention"
    ROLLED_BACK = "rolled_back"
    ROLLBACK_FAILED = "rollback_failed"
    DRIFT = "drift"
    IDLE = "idle"


# Told in words of their own; they end no run.
IN_WORDS = (
    Outcome.ATTENTION,
    Outcome.ROLLED_BACK,
    Outcome.ROLLBACK_FAILED,
    Outcome.DRIFT,
    Outcome.IDLE,
)


def outcome_of(run: Run) -> Outcome | None:
    """Return how a run's attempt ended, None while it has not; a refusal is a failure that says so."""
    if run.stage == Stage.FAILED:
        return Outcome(run.facts.get("outcome", Outcome.FAILED))
    return {Stage.LIVE: Outcome.LIVE, Stage.REJECTED: Outcome.REJECTED}.get(run.stage)
