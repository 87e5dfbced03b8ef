"""Last state of a good release: the candidate becomes the champion."""

from typing import Any

from marquee.events import Step
from marquee.observability import observed
from marquee.releases.promotion import PromoteModel
from marquee.settings import PromoteSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """End the run LIVE and say so."""
    step = Step.parse(event)
    run = PromoteModel.of(load(PromoteSettings)).promote(step.attempt)
    return step.answer(stage=run.stage, reason=run.reason)
