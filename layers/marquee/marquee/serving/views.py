"""The ledger as the API shows it: no bucket names, no ETags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marquee.ledger import Champion, Run

_FIGURES = (
    "accuracy",
    "precision",
    "recall",
    "f1",
    "auc",
    "log_loss",
    "ece",
    "labels",
    "confusion_matrix",
    "rows_train",
    "rows_test",
    "training_seconds",
    "artefact_bytes",
    "neutral_share",
)


def run_summary(run: Run) -> dict[str, Any]:
    """Return one line of the list of runs."""
    return {
        "run_id": run.run_id,
        "attempt": run.attempt,
        "file": run.upload.key,
        "stage": str(run.stage),
        "created_at": run.created_at,
        "updated_at": run.updated_at,
        "accuracy": run.facts.get("accuracy"),
        "reason": run.reason,
    }


def run_details(run: Run) -> dict[str, Any]:
    """Return everything about one run."""
    history = [{"stage": str(change.stage), "at": change.at, "cause": change.cause} for change in run.history]
    return {**run_summary(run), "bytes": run.upload.size, "facts": run.facts, "history": history}


def model_details(champion: Champion, run: Run) -> dict[str, Any]:
    """Return the model that answers now, with the figures its run measured.

    A run that was run again has forgotten them: what it holds now are a later attempt's.
    """
    facts = run.facts if run.attempt_id == champion.attempt_id else {}
    figures = {name: facts[name] for name in _FIGURES if name in facts}
    return {
        "version": champion.version,
        "run_id": champion.run_id,
        "since": champion.since,
        "algorithm": facts.get("algorithm"),
        "figures": {**figures, "accuracy": champion.accuracy},
    }
