"""Something of a run ended badly: fail the run, put the champion back, say so."""

from typing import Any

from marquee.failure_events import FailureReader
from marquee.failures import FailRun
from marquee.hints import hint
from marquee.observability import observed
from marquee.settings import FailSettings, load


@observed
@hint
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Handle a step's payload or a service's event; answers the run, nothing if it is none of ours."""
    settings = load(FailSettings)
    failure = FailureReader.of(settings).read(event)
    if failure is None:
        return {}
    status, run = FailRun.of(settings).fail(failure)
    ids = {"run_id": run.run_id, "attempt_id": failure.attempt.id}
    return {**ids, "status": status, "stage": run.stage, "reason": run.reason}
