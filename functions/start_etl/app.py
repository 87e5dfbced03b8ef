"""Last state of prepare_dataset: start the Glue job."""

from typing import Any

from marquee.datasets.etl import StartEtl
from marquee.events import Step
from marquee.observability import observed
from marquee.settings import StartEtlSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer the job run; `waiting` while as many others run as may."""
    step = Step.parse(event)
    job_run_id = StartEtl.of(load(StartEtlSettings)).start(step.attempt)
    return step.answer(status="started" if job_run_id else "waiting", etl_job_run_id=job_run_id)
