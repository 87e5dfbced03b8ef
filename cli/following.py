"""Watching a run go through its stages."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError
from marquee.clock import seconds_between
from marquee.ledger import RunNotFound, Stage

if TYPE_CHECKING:
    from cli.terminal import Terminal
    from marquee.ledger import Change, Ledger, Run

TITLES = {
    Stage.RECEIVED: "Checking the file, cataloguing it (Glue crawler)",
    Stage.PREPARING: "Cleaning and splitting the reviews (Glue job on Spark)",
    Stage.TRAINING: "Training the model (SageMaker training job)",
    Stage.JUDGING: "Judging the candidate against the floor and the champion",
    Stage.RELEASING: "Deploying, checking and promoting the model (SageMaker endpoint)",
}
METRICS = ("accuracy", "precision", "recall", "f1", "auc", "log_loss", "ece")

_POLL_SECONDS = 0.5
_APPEAR_SECONDS = 90


@dataclass(frozen=True)
class Spell:
    """The time an attempt spent in one stage; `seconds` is None while it is still there."""

    stage: str
    began: str
    cause: str
    seconds: float | None


def attempt_history(run: Run) -> tuple[Change, ...]:
    """The changes of the run's present attempt: those since it was last received."""
    starts = [at for at, change in enumerate(run.history) if change.stage == Stage.RECEIVED]
    return run.history[starts[-1] :] if starts else run.history


def spells(history: tuple[Change, ...]) -> list[Spell]:
    """How long each stage of a history lasted; the last one has not ended."""
    ends = [change.at for change in history[1:]]
    lasted = [seconds_between(change.at, end) for change, end in zip(history, ends, strict=False)]
    return [
        Spell(change.stage, change.at, change.cause, seconds)
        for change, seconds in zip(history, [*lasted, None], strict=False)
    ]


def timings(run: Run) -> dict[str, float]:
    """Seconds per stage of the present attempt, ended stages only."""
    return {
        spell.stage: round(spell.seconds, 3)
        for spell in spells(attempt_history(run))
        if spell.seconds is not None
    }


def summary(run: Run) -> dict[str, Any]:
    """A run as programs read it; times in seconds."""
    lasted = timings(run)
    return {
        "run_id": run.run_id,
        "attempt": run.attempt,
        "stage": str(run.stage),
        "reason": run.reason,
        "upload": f"s3://{run.upload.bucket}/{run.upload.key}",
        "created_at": run.created_at,
        "updated_at": run.updated_at,
        "seconds": round(sum(lasted.values()), 3),
        "timings": lasted,
        "metrics": {name: run.facts[name] for name in METRICS if name in run.facts},
        "facts": run.facts,
    }


def follow(ledger: Ledger, run_id: str, terminal: Terminal) -> Run:
    """Show the stages of a run as they happen, and give the run when it has ended."""
    run = _appeared(ledger, run_id, terminal)
    if run.ended:
        terminal.note(f"This content has been uploaded under this name before: it is run {run_id}.")
        return run
    terminal.note(f"Run {run_id}")
    while not run.ended:
        run = _next_stage(ledger, run, terminal)
    return run


def _appeared(ledger: Ledger, run_id: str, terminal: Terminal) -> Run:
    deadline = time.monotonic() + _APPEAR_SECONDS
    with terminal.step("Waiting for the upload's event"):
        while time.monotonic() < deadline:
            try:
                return ledger.get(run_id)
            except RunNotFound:
                time.sleep(_POLL_SECONDS)
    raise CommandError(
        f"The file is in the bucket, but no run {run_id} appeared within {_APPEAR_SECONDS} seconds.",
        "Its event may be late: look with `marquee runs` and `marquee inbox` in a minute.",
    )


def _next_stage(ledger: Ledger, run: Run, terminal: Terminal) -> Run:
    """The run once it has left its stage; stages it went through meanwhile are told too."""
    now = run
    with suppress(_StepFailed), terminal.step(TITLES[run.stage]):
        while now.stage == run.stage:
            time.sleep(_POLL_SECONDS)
            now = ledger.get(run.run_id)
        if now.stage == Stage.FAILED:
            raise _StepFailed
    return now


class _StepFailed(Exception):
    """Ends a step on the terminal with a cross; the run itself says why."""
