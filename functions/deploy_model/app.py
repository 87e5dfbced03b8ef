"""Third state of release_model: bring the model to the endpoint."""

from typing import Any

from marquee.events import Step
from marquee.observability import observed
from marquee.releases.deployment import DeployModel
from marquee.settings import DeploySettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer how far it is; `waiting` while the endpoint is busy with another change."""
    step = Step.parse(event)
    status, config = DeployModel.of(load(DeploySettings)).deploy(step.attempt)
    return step.answer(status=status, endpoint_config=config)
