"""A dataset is ready: create its training job. A training job ended: create the next one that waits."""

from typing import Any

from marquee.events import EtlJobEvent
from marquee.events.envelope import field_of
from marquee.hints import hint
from marquee.observability import observed
from marquee.settings import TrainingSettings, load
from marquee.training import StartTraining


@observed
@hint
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Handle `Glue Job State Change` and `SageMaker Training Job State Change`.

    Answers the run, nothing if the event was late; or the runs whose turn it is now.
    """
    training = StartTraining.of(load(TrainingSettings))
    if field_of(event, "detail-type") == "SageMaker Training Job State Change":
        return {"started": training.start_next()}
    run = training.on(EtlJobEvent.parse(event))
    return {"run_id": run.run_id, "stage": run.stage} if run else {}
