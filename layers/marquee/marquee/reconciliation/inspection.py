"""Asking the service that works on a run, stage by stage."""

from dataclasses import dataclass

from marquee import names
from marquee.failure_events import etl_reason, execution_reason, training_reason
from marquee.ledger import Run, Stage
from marquee.reconciliation.findings import Broken, Finding, Moved, Unknown, Working
from marquee.releases.start import StartRelease
from marquee.services.executions import Executions
from marquee.services.glue import ETL_BROKEN, ETL_WORKING, EtlJobRun
from marquee.services.training_jobs import TrainingJob, TrainingRefused
from marquee.settings import ReconcileSettings
from marquee.stages import is_exhausted, wait
from marquee.training import StartTraining

_CAUSE = "reconcile"


@dataclass(frozen=True)
class Inspection:
    """Compares a run with its services."""

    stage: str
    preparation: Executions
    training: StartTraining
    release: StartRelease

    @classmethod
    def of(cls, settings: ReconcileSettings) -> "Inspection":
        """Wire it to AWS."""
        preparation = Executions(settings.prepare_dataset_arn)
        return cls(settings.stage, preparation, StartTraining.of(settings), StartRelease.of(settings))

    def inspect(self, run: Run) -> Finding:
        """Return what the service at work says, having moved the run if its event was lost."""
        if run.stage == Stage.RECEIVED:
            return self._execution(run, self.preparation, "prepare_dataset")
        if run.stage == Stage.PREPARING:
            job_run = self.training.etl.find(run.attempt_id)
            return (
                self._etl(run, job_run)
                if job_run
                else self._execution(run, self.preparation, "prepare_dataset")
            )
        if run.stage == Stage.TRAINING:
            return self._training(run, self.training.jobs.get(names.attempt_name(self.stage, run.attempt_id)))
        return self._execution(run, self.release.release, "release_model")

    def stop(self, run: Run) -> None:
        """Stop what still works for a run that is past its deadline, or that ended before its work did."""
        stage = run.history[-2].stage if run.ended else run.stage
        if stage == Stage.PREPARING and (job_run := self.training.etl.find(run.attempt_id)):
            self.training.etl.stop(job_run.job_run_id)
        if stage == Stage.TRAINING:
            self.training.jobs.stop(names.attempt_name(self.stage, run.attempt_id))
        if stage in (Stage.RECEIVED, Stage.PREPARING):
            self.preparation.stop(run.current)
        if stage in (Stage.JUDGING, Stage.RELEASING):
            self.release.release.stop(run.current)

    def _execution(self, run: Run, machine: Executions, name: str) -> Finding:
        status = machine.status(run.current)
        if status == "":
            return self._restart(run, machine)
        if status in ("RUNNING", "PENDING_REDRIVE", "SUCCEEDED"):
            # A success may be a moment older than what this pass read of the run.
            return Working()
        if status in ("FAILED", "TIMED_OUT", "ABORTED"):
            return Broken(execution_reason(name, status, f"the run stayed at {run.stage}", ""))
        return Unknown(f"execution {run.attempt_id} of {name} is {status}")

    def _restart(self, run: Run, machine: Executions) -> Finding:
        if is_exhausted(run):
            return Broken(_never_began(run))
        self.training.ledger.tried(run)
        machine.start(run.current)
        return Moved()

    def _etl(self, run: Run, job_run: EtlJobRun) -> Finding:
        if job_run.state == "SUCCEEDED":
            return Moved() if self.training.start(job_run, _CAUSE) else Working()
        if job_run.state == "WAITING":
            # In Glue's queue behind other runs: its own time has not begun.
            wait(self.training.ledger, run, "its turn in Glue's queue")
        if job_run.state in ETL_WORKING:
            return Working()
        if job_run.state in ETL_BROKEN:
            return Broken(etl_reason(job_run))
        return Unknown(f"Glue job run {job_run.job_run_id} is {job_run.state}")

    def _training(self, run: Run, job: TrainingJob | None) -> Finding:
        if job is None:
            return self._missing_training(run)
        if job.status == "Completed":
            return Moved() if self.release.start(job, _CAUSE) else Working()
        if job.status in ("InProgress", "Stopping"):
            return Working()
        if job.status in ("Failed", "Stopped"):
            return Broken(training_reason(job.name, job.status, job.secondary_status, job.failure))
        return Unknown(f"training job {job.name} is {job.status}")

    def _missing_training(self, run: Run) -> Finding:
        if is_exhausted(run):
            return Broken(_never_began(run))
        try:
            return Moved() if self.training.create(run) else Working()
        except TrainingRefused as refused:
            return Broken(f"SageMaker refused the training job: {refused}")


def _never_began(run: Run) -> str:
    tries = run.working.tries - run.working.waits
    return f"The work of {run.stage} was asked for {tries} times and its service knows of none."
