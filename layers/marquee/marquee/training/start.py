"""Starting the training job of a run, once."""

from dataclasses import dataclass

from marquee import names
from marquee.datasets.manifest import facts_of
from marquee.events import EtlJobEvent
from marquee.identity import Attempt
from marquee.ledger import Ledger, Run, Stage
from marquee.observability import about, logger
from marquee.services.glue import EtlJob, EtlJobRun
from marquee.services.objects import Objects
from marquee.services.training_jobs import TrainingBusy, TrainingJobs, TrainingRefused
from marquee.settings import TrainingSettings
from marquee.stages import enter, wait
from marquee.training.request import seconds_allowed, training_request
from marquee.training.teachers import judged_digest


@dataclass(frozen=True)
class StartTraining:
    """Creates the training job when the dataset is there."""

    settings: TrainingSettings
    ledger: Ledger
    objects: Objects
    etl: EtlJob
    jobs: TrainingJobs

    @classmethod
    def of(cls, settings: TrainingSettings) -> "StartTraining":
        """Wire it to AWS."""
        etl = EtlJob(settings.glue_job_name)
        return cls(settings, Ledger(settings.ledger_table), Objects(), etl, TrainingJobs())

    def on(self, event: EtlJobEvent) -> Run | None:
        """Handle a succeeded Glue job run; None if it is not of a run of ours or late."""
        job_run = self.etl.get(event.job_run_id)
        if not job_run.attempt_id:
            logger().warning("a job run without --attempt_id", extra={"job_run_id": event.job_run_id})
            return None
        return self.start(job_run, "Glue Job State Change", event.event_id)

    def start(self, job_run: EtlJobRun, cause: str, event_id: str = "") -> Run | None:
        """Move the attempt to TRAINING and make its job; None if it stands elsewhere."""
        attempt = Attempt.parse(job_run.attempt_id)
        manifest = self.objects.json(self.settings.curated_bucket, names.manifest_key(attempt.id))
        facts = {**facts_of(manifest, job_run), "training_job": self._job(attempt)}
        run = enter(
            self.ledger,
            attempt,
            Stage.TRAINING,
            cause,
            event_id=event_id,
            facts=facts,
            seconds_allowed=seconds_allowed(self.settings),
        )
        if run:
            self._try(run)
        return run

    def start_next(self) -> list[str]:
        """Start the jobs of the runs that wait for room, oldest first, until one finds none; their ids."""
        started = []
        for seen in self.ledger.open():
            if not _waits(seen):
                continue
            run = self.ledger.get(seen.run_id)
            if _waits(run):
                if not self._try(run):
                    break
                started.append(run.run_id)
        return started

    def _try(self, run: Run) -> bool:
        about(run_id=run.run_id, attempt_id=run.attempt_id)
        try:
            return self.create(run)
        except TrainingRefused as refused:
            logger().warning(
                "the reconciler asks once more and fails the run", extra={"because": str(refused)}
            )
            return True

    def create(self, run: Run) -> bool:
        """Make the job of a run at TRAINING unless it is made; False while the account has no room for it.

        TrainingRefused if SageMaker will never take it.
        """
        manifest = self.objects.json(self.settings.curated_bucket, names.manifest_key(run.attempt_id))
        teacher = self.settings.hyperparameters.get("teacher", "")
        digest = judged_digest(self.ledger, self.settings.stage, teacher) if teacher else ""
        request = training_request(
            run.current, manifest, self.settings, self.jobs.region, teacher_digest=digest
        )
        self.ledger.tried(run)
        try:
            self.jobs.create(request)
        except TrainingBusy as busy:
            logger().warning("the next job that ends makes room", extra={"because": str(busy)})
            wait(self.ledger, run, "room for a training job", seconds_allowed(self.settings))
            return False
        return True

    def _job(self, attempt: Attempt) -> str:
        return names.attempt_name(self.settings.stage, attempt.id)


def _waits(run: Run) -> bool:
    """Whether every try to make the run's job found no room; two at once count as one try and two waits."""
    return run.stage == Stage.TRAINING and 0 < run.working.tries <= run.working.waits
