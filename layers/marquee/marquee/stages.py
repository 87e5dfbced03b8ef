"""Moving a run from stage to stage: from where, and how long it may stay there."""

from typing import Any

from marquee.clock import later, now, seconds_between
from marquee.identity import Attempt
from marquee.ledger import MAY_WAIT_SECONDS, RUNNING, Ledger, Promotion, Run, Stage
from marquee.observability import about, logger, seconds

_FROM = {
    Stage.PREPARING: (Stage.RECEIVED,),
    Stage.TRAINING: (Stage.PREPARING,),
    Stage.JUDGING: (Stage.TRAINING,),
    Stage.RELEASING: (Stage.JUDGING,),
    Stage.LIVE: (Stage.RELEASING,),
    Stage.REJECTED: (Stage.JUDGING,),
    Stage.FAILED: RUNNING,
}
# Seconds after which the reconciler asks the service whether an event was lost: a little longer than
# the stage's work needs at least, and than an ended run's last handler needs to be done.
_ASK_AFTER = {
    Stage.RECEIVED: 60,
    Stage.PREPARING: 120,
    Stage.TRAINING: 120,
    Stage.JUDGING: 120,
    Stage.RELEASING: 120,
}
_CLOSE_AFTER = 60
# Seconds after which silence is a failure. They are generous: the reconciler asks the services
# long before, so only a run that nobody can say anything about reaches its deadline.
_MAY_TAKE = {
    Stage.RECEIVED: 3600,
    Stage.PREPARING: 3 * 3600,
    Stage.JUDGING: 2 * 3600,
    Stage.RELEASING: 2 * 3600,
}


# How often a stage's work is asked for before the run fails; waits for its turn do not count.
_MOST_TRIES = 10


class RunMoved(Exception):
    """A step was asked to work for an attempt that is not at its stage any more."""

    def __init__(self, run: Run, expected: Stage) -> None:
        super().__init__(
            f"run {run.run_id} is at {run.stage} in attempt {run.attempt}, not at {expected}: nothing to do"
        )


def deadline_of(stage: Stage, seconds_allowed: float = 0) -> str:
    """Return by when a stage entered now must be over; `seconds_allowed` where it has no time of its own."""
    return later(seconds_allowed or _MAY_TAKE[stage]) if stage in RUNNING else ""


def ask_at_of(stage: Stage) -> str:
    """Return when the reconciler begins to ask about a stage entered now."""
    return later(_ASK_AFTER.get(stage, _CLOSE_AFTER))


def wait(ledger: Ledger, run: Run, waiting_for: str, seconds_allowed: float = 0) -> None:
    """Count that a run waits for its turn, which is no failure; its deadline moves on, three days at most."""
    waited = seconds_between(run.working.waiting_since, now()) if run.working.waiting_since else 0
    if waited < MAY_WAIT_SECONDS:
        ledger.waited(run, waiting_for, deadline_of(run.stage, seconds_allowed))


def is_exhausted(run: Run) -> bool:
    """Whether the work of a run's stage was asked for so often that asking again is no use."""
    return run.working.tries - run.working.waits >= _MOST_TRIES


def is_to_be_taken_back(run: Run) -> bool:
    """Whether a failed attempt left something of a release behind that has not been taken back since."""
    released = {"endpoint_config", "model_package_arn"} & run.facts.keys()
    return run.stage == Stage.FAILED and bool(released) and "taken_back" not in run.facts


def enter(  # noqa: PLR0913 - the parts of one line of history
    ledger: Ledger,
    attempt: Attempt,
    to: Stage,
    cause: str,
    *,
    event_id: str = "",
    facts: dict[str, Any] | None = None,
    reason: str = "",
    seconds_allowed: float = 0,
    promotion: Promotion | None = None,
) -> Run | None:
    """Move an attempt to a stage and return its run; None if it stands elsewhere.

    The run is returned as well if it stands there already: then the side effect that belongs to the
    stage may still be missing, for its maker may have died, and every side effect can be repeated.
    """
    about(run_id=attempt.run_id, attempt_id=attempt.id)
    moved = ledger.advance(
        attempt.run_id,
        attempt.number,
        _FROM[to],
        to,
        cause,
        event_id=event_id,
        facts=facts,
        reason=reason,
        ask_at=ask_at_of(to),
        deadline=deadline_of(to, seconds_allowed),
        promotion=promotion,
    )
    run = ledger.get(attempt.run_id)
    if moved:
        _measure(run)
    if (run.attempt, run.stage) != (attempt.number, to):
        logger().info("not moved", extra={"wanted": to, "stands_at": run.stage, "attempt": run.attempt})
        return None
    return run


def _measure(run: Run) -> None:
    *_, before, entered = run.history
    seconds("StageSeconds", seconds_between(before.at, entered.at), stage=before.stage)


def standing_at(ledger: Ledger, attempt: Attempt, *stages: Stage) -> Run:
    """Return the run if this attempt stands at one of the stages; RunMoved otherwise."""
    run = ledger.get(attempt.run_id)
    if run.attempt != attempt.number or run.stage not in stages:
        raise RunMoved(run, stages[0])
    return run
