"""Third state of release_model: does the candidate prove itself before it meets anybody's request?"""

from typing import Any

from marquee.events import Step
from marquee.observability import observed
from marquee.releases.trial import TryCandidate
from marquee.settings import TrySettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer `waiting`, `passed`, `rejected` or `failed` with the reason."""
    step = Step.parse(event)
    found = TryCandidate.of(load(TrySettings)).step(step.attempt)
    return step.answer(status=found.status, reason=found.reason)
