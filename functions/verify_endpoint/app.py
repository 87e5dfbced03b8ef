"""Fourth state of release_model: does the endpoint really run the candidate?"""

from typing import Any

from marquee.events import Step
from marquee.observability import observed
from marquee.releases.verification import VerifyEndpoint
from marquee.settings import VerifySettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer `updating`, `verified` or `failed` with the reason."""
    step = Step.parse(event)
    found = VerifyEndpoint.of(load(VerifySettings)).verify(step.attempt)
    return step.answer(status=found.status, reason=found.reason)
