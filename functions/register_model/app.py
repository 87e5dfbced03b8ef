"""Second state of release_model: a version in the model registry."""

from typing import Any

from marquee.events import Step
from marquee.observability import observed
from marquee.releases.registration import RegisterModel
from marquee.settings import RegistrySettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the version and the model made of it."""
    step = Step.parse(event)
    facts = RegisterModel.of(load(RegistrySettings)).register(step.attempt).facts
    return step.answer(model_version=facts["model_version"], model_name=facts["model_name"])
