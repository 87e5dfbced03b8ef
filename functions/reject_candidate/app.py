"""Last state of a release that was not good enough."""

from typing import Any

from marquee.events import Step
from marquee.observability import observed
from marquee.releases.rejection import RejectCandidate
from marquee.settings import RejectSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """End the run REJECTED and say so."""
    step = Step.parse(event)
    run = RejectCandidate.of(load(RejectSettings)).reject(step.attempt)
    return step.answer(stage=run.stage, reason=run.reason)
