"""Parts of the expressions that change a run: what is set, and on what condition."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from marquee.ledger.models import Change, Run, Stage, Work, work_key

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from marquee.ledger.table import Condition


def set_facts(change: Condition, facts: Mapping[str, Any]) -> list[str]:
    """Return the assignments of facts, each a field of its own."""
    return [f"{change.path('facts', name)} = {change.value(value)}" for name, value in facts.items()]


def appended(change: Condition, entry: Change) -> str:
    """Return the assignment that adds a line to the history."""
    history = change.path("history")
    line = {"stage": entry.stage, "at": entry.at, "cause": entry.cause, "event_id": entry.event_id}
    return f"{history} = list_append({history}, {change.value([line])})"


def fresh_work(change: Condition, attempt: int, stage: Stage) -> str:
    """Return the assignment that begins to count the work of a stage."""
    return f"{change.path('work', work_key(attempt, stage))} = {change.value(asdict(Work()))}"


def stays(change: Condition, run: Run) -> str:
    """Return the condition that a run has not moved since it was read."""
    return f"{is_attempt(change, run.attempt)} AND {stands_at(change, [run.stage])}"


def is_attempt(change: Condition, attempt: int) -> str:
    """Return the condition that an attempt is the present one."""
    return f"{change.path('attempt')} = {change.value(attempt)}"


def stands_at(change: Condition, stages: Collection[Stage]) -> str:
    """Return the condition that a run stands at one of some stages."""
    return f"{change.path('stage')} IN ({', '.join(change.value(str(stage)) for stage in stages)})"
