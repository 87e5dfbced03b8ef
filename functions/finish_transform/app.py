"""finish_transform: the predictions of an ended transform job become a CSV."""

from typing import Any

from marquee.batches.finish import FinishTransform
from marquee.batches.settings import FinishTransformSettings
from marquee.batches.transform_jobs import TransformEvent
from marquee.hints import hint
from marquee.observability import observed
from marquee.settings import load


@observed
@hint
def handler(event: dict[str, Any], _context: object) -> None:
    """Handle `SageMaker Transform Job State Change`."""
    FinishTransform.of(load(FinishTransformSettings)).on(TransformEvent.parse(event))
