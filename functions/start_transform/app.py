"""start_transform: a file dropped under `batch/in/` becomes a transform job."""

from typing import Any

from marquee.batches.settings import StartTransformSettings
from marquee.batches.start import StartTransform
from marquee.events import UploadEvent
from marquee.observability import observed
from marquee.settings import load


@observed
def handler(event: dict[str, Any], _context: object) -> None:
    """Handle `Object Created` of S3."""
    StartTransform.of(load(StartTransformSettings)).on(UploadEvent.parse(event))
