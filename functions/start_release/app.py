"""The training job is complete: start the release of its model."""

from typing import Any

from marquee.events import TrainingJobEvent
from marquee.hints import hint
from marquee.observability import observed
from marquee.releases.start import StartRelease
from marquee.settings import StartReleaseSettings, load


@observed
@hint
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Handle `SageMaker Training Job State Change`; answers the run, nothing if the event was late."""
    run = StartRelease.of(load(StartReleaseSettings)).on(TrainingJobEvent.parse(event))
    return {"run_id": run.run_id, "stage": run.stage} if run else {}
