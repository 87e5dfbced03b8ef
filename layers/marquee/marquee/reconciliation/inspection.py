"""Asking the service that works on a run, stage by stage."""

from dataclasses import dataclass

from marquee import names
from marquee.failure_events import etl_reason, execution_reason, training_reason
from marquee.ledger import Run, Stage
from marquee.reconciliation.findings import Broken, Finding, Moved, Unknown, Working
from marquee.releases.start import StartRelease
from marquee.services.executions import Executions
from marquee.services.glue import EtlJobRun
from marquee.services.training_jobs import TrainingJob, TrainingRefused
from marquee.settings import ReconcileSettings
from marquee.stages import deadline_of
from marquee.training import StartTraining

_CAUSE = "reconcile"
# JobRunState (Glue API reference, JobRun).
_ETL_WORKING = ("STARTING", "RUNNING", "STOPPING", "WAITING")
_ETL_BROKEN = ("FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED")


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
        """Stop what still works for a run that is past its deadline."""
        if run.stage == Stage.PREPARING and (job_run := self.training.etl.find(run.attempt_id)):
            self.training.etl.stop(job_run.job_run_id)
        if run.stage == Stage.TRAINING:
            self.training.jobs.stop(names.attempt_name(self.stage, run.attempt_id))

    def _execution(self, run: Run, machine: Executions, name: str) -> Finding:
        status = machine.status(run.current)
        if status == "":
            machine.start(run.current)
            return Moved()
        if status in ("RUNNING", "PENDING_REDRIVE", "SUCCEEDED"):
            # A success may be a moment older than what this pass read of the run.
            return Working()
        if status in ("FAILED", "TIMED_OUT", "ABORTED"):
            return Broken(execution_reason(name, status, f"the run stayed at {run.stage}", ""))
        return Unknown(f"execution {run.attempt_id} of {name} is {status}")

    def _etl(self, run: Run, job_run: EtlJobRun) -> Finding:
        if job_run.state == "SUCCEEDED":
            return Moved() if self.training.start(job_run, _CAUSE) else Working()
        if job_run.state == "WAITING":
            # In Glue's queue behind other runs: its own time has not begun.
            self.training.ledger.extend(run.run_id, deadline_of(Stage.PREPARING))
        if job_run.state in _ETL_WORKING:
            return Working()
        if job_run.state in _ETL_BROKEN:
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
        try:
            return Moved() if self.training.create(run) else Working()
        except TrainingRefused as refused:
            return Broken(f"SageMaker refused the training job: {refused}")
