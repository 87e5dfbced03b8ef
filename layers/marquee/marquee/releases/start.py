"""Starting the release of a trained candidate, once."""

from dataclasses import dataclass

from marquee import names
from marquee.events import TrainingJobEvent
from marquee.ledger import Ledger, Run, Stage
from marquee.observability import logger
from marquee.services.executions import Executions
from marquee.services.training_jobs import TrainingJob, TrainingJobs
from marquee.settings import StartReleaseSettings
from marquee.stages import enter


@dataclass(frozen=True)
class StartRelease:
    """Moves a run on when its training job is complete."""

    settings: StartReleaseSettings
    ledger: Ledger
    jobs: TrainingJobs
    release: Executions

    @classmethod
    def of(cls, settings: StartReleaseSettings) -> "StartRelease":
        """Wire it to AWS."""
        release = Executions(settings.release_model_arn)
        return cls(settings, Ledger(settings.ledger_table), TrainingJobs(), release)

    def on(self, event: TrainingJobEvent) -> Run | None:
        """Handle a completed training job, as SageMaker itself describes it; None if it is late."""
        job = self.jobs.get(event.job_name)
        if job is None or job.status != "Completed":
            logger().warning("the event says completed, the job does not", extra={"job": event.job_name})
            return None
        return self.start(job, "SageMaker Training Job State Change", event.event_id)

    def start(self, job: TrainingJob, cause: str, event_id: str = "") -> Run | None:
        """Move the attempt to JUDGING and start its release; None if it stands elsewhere."""
        attempt = names.attempt_of(self.settings.stage, job.name)
        run = enter(self.ledger, attempt, Stage.JUDGING, cause, event_id=event_id, facts=training_facts(job))
        if run:
            self.ledger.tried(run)
            self.release.start(attempt)
        return run


def training_facts(job: TrainingJob) -> dict[str, object]:
    """Return what a training job costs, as facts of its run."""
    return {
        "training_instance_type": job.instance_type,
        "training_instance_count": job.instance_count,
        "training_billable_seconds": job.billable_seconds,
    }
