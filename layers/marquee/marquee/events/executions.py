"""An execution of a state machine ended."""

from dataclasses import dataclass
from typing import Any

from marquee.events.envelope import field_of
from marquee.identity import Attempt


@dataclass(frozen=True)
class ExecutionEvent:
    """`Step Functions Execution Status Change`; an execution is named after its attempt."""

    event_id: str
    machine: str
    attempt: Attempt
    status: str
    error: str
    cause: str

    @classmethod
    def parse(cls, event: dict[str, Any]) -> "ExecutionEvent":
        """Read the event; UnreadableEvent if it lacks a field."""
        detail = field_of(event, "detail")
        return cls(
            field_of(event, "id"),
            field_of(event, "detail", "stateMachineArn").rsplit(":", 1)[-1],
            Attempt.parse(field_of(event, "detail", "name")),
            field_of(event, "detail", "status"),
            detail.get("error") or "",
            detail.get("cause") or "",
        )
