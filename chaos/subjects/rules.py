"""The rules of the deployed stack; of those that match several statuses, each that can be brought about."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.stage import Stage

_STATUSES = ("state", "status", "TrainingJobStatus", "TransformJobStatus")
NOT_BROUGHT_ABOUT: Mapping[str, tuple[str, ...]] = {
    "-dataset-failed": ("TIMEOUT", "ERROR"),
    "-preparation-failed": ("TIMED_OUT", "ABORTED"),
    "-release-failed": ("TIMED_OUT",),
    "-transform-ended": ("Failed", "Stopped"),
}
"""By the end of a rule's name, statuses that it matches and that nothing here ends in."""


@dataclass(frozen=True)
class Case:
    """Events that a rule matches: all, or those of one status."""

    rule: str
    field: str = ""
    """The field of `detail` that holds the status."""
    status: str = ""

    @property
    def where(self) -> str:
        """The place in the table."""
        return f"{self.rule}: {self.status}" if self.status else self.rule

    def fault(self, fault: Mapping[str, Any]) -> dict[str, Any]:
        """That fault, of these events alone."""
        event = {"event": {"detail": {self.field: [self.status]}}} if self.status else {}
        return {**fault, "rule": self.rule, **event}

    def meets(self, fault: Mapping[str, Any]) -> bool:
        """Whether a fault is of these events."""
        return fault == self.fault(fault) and ("event" in fault) == bool(self.status)


def rules_of(stage: Stage, schedules: bool = True) -> list[str]:
    """Every rule of the deployed stack, with or without its schedules."""
    return sorted(
        rule["Name"] for rule in described(stage) if schedules or not rule.get("ScheduleExpression")
    )


def described(stage: Stage) -> Iterator[dict[str, Any]]:
    """The rules as EventBridge describes them."""
    client = stage.client("events")
    for page in client.get_paginator("list_rules").paginate(NamePrefix=f"{stage.account.stack_name}-"):
        yield from page["Rules"]


def cases_of(rules: Iterator[dict[str, Any]]) -> list[Case]:
    """What is struck of these rules."""
    return sorted((case for rule in rules for case in _cases(rule)), key=lambda case: case.where)


def _cases(rule: Mapping[str, Any]) -> list[Case]:
    name, detail = rule["Name"], json.loads(rule.get("EventPattern") or "{}").get("detail", {})
    for field in _STATUSES:
        held = detail.get(field, [])
        if len(held) > 1:
            left_out = [status for status in held if status in _not_brought_about(name)]
            return [Case(name, field, status) for status in held if status not in left_out]
    return [Case(name)]


def _not_brought_about(rule: str) -> tuple[str, ...]:
    return next((held for end, held in NOT_BROUGHT_ABOUT.items() if rule.endswith(end)), ())


def remark_of(case: Case, cases: list[Case]) -> str:
    """What of the case's rule was not tried, said once: beside its first case."""
    first = next(other for other in cases if other.rule == case.rule)
    held = _not_brought_about(case.rule)
    return f"not tried, for nothing here ends so: {', '.join(held)}" if held and case == first else ""
