"""The payload a state machine hands from state to state."""

from dataclasses import dataclass
from typing import Any

from marquee.events.envelope import field_of
from marquee.identity import Attempt
from marquee.observability import about


@dataclass(frozen=True)
class Step:
    """One state's input: whose attempt it works for."""

    attempt: Attempt

    @classmethod
    def parse(cls, event: dict[str, Any]) -> "Step":
        """Read the payload and put the run on every log line; ValueError if the ids do not fit."""
        attempt = Attempt.parse(field_of(event, "attempt_id"))
        if attempt.run_id != field_of(event, "run_id"):
            message = f"attempt {attempt.id!r} is not one of run {event['run_id']!r}"
            raise ValueError(message)
        about(run_id=attempt.run_id, attempt_id=attempt.id)
        return cls(attempt)

    def answer(self, **result: Any) -> dict[str, Any]:
        """Return the state's output: the ids, and what it found."""
        return {"run_id": self.attempt.run_id, "attempt_id": self.attempt.id, **result}
