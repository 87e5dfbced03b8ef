"""The Glue job succeeded: create the training job."""

from typing import Any

from marquee.events import EtlJobEvent
from marquee.observability import observed
from marquee.settings import TrainingSettings, load
from marquee.training import StartTraining


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Handle `Glue Job State Change`; answers the run, nothing if the event was late."""
    run = StartTraining.of(load(TrainingSettings)).on(EtlJobEvent.parse(event))
    return {"run_id": run.run_id, "stage": run.stage} if run else {}
