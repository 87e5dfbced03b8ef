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
    IDLE = "idle"


def outcome_of(run: Run) -> Outcome | None:
    """Return how a run's attempt ended, None while it has not; a refusal is a failure that says so."""
    if run.stage == Stage.FAILED:
        return Outcome(run.facts.get("outcome", Outcome.FAILED))
    return {Stage.LIVE: Outcome.LIVE, Stage.REJECTED: Outcome.REJECTED}.get(run.stage)
