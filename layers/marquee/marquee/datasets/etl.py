"""Starting the ETL job of a run, once."""

from dataclasses import dataclass

from marquee.identity import Attempt
from marquee.ledger import Ledger, Run, Stage
from marquee.services.glue import EtlBusy, EtlJob
from marquee.settings import StartEtlSettings
from marquee.stages import RunMoved, enter, wait


@dataclass(frozen=True)
class StartEtl:
    """Starts the Glue job that makes a run's dataset."""

    settings: StartEtlSettings
    ledger: Ledger
    job: EtlJob

    @classmethod
    def of(cls, settings: StartEtlSettings) -> "StartEtl":
        """Wire it to AWS."""
        return cls(settings, Ledger(settings.ledger_table), EtlJob(settings.glue_job_name))

    def start(self, attempt: Attempt) -> str:
        """Return the id of the attempt's job run, "" while too many others run; RunMoved if it is past that.

        Glue job runs have no names to derive, so the attempt's is looked for first.
        """
        run = enter(self.ledger, attempt, Stage.PREPARING, "start_etl")
        if run is None:
            return self._started(attempt)
        known = self.job.find(attempt.id)
        try:
            job_run_id = known.job_run_id if known else self._begin(run)
        except EtlBusy as busy:
            wait(self.ledger, run, str(busy))
            return ""
        if job_run_id:
            self.ledger.record(run, {"etl_job_run_id": job_run_id})
        return job_run_id

    def _begin(self, run: Run) -> str:
        return self.job.start(self._arguments(run)) if self.ledger.tried(run) else ""

    def _started(self, attempt: Attempt) -> str:
        # The job may have ended before its starter's answer was believed: that is no reason to fail the run.
        run = self.ledger.get(attempt.run_id)
        if run.ended or run.attempt != attempt.number or "etl_job_run_id" not in run.facts:
            raise RunMoved(run, Stage.PREPARING)
        return str(run.facts["etl_job_run_id"])

    def _arguments(self, run: Run) -> dict[str, str]:
        return {
            "--run_id": run.run_id,
            "--attempt_id": run.attempt_id,
            "--raw_bucket": run.upload.bucket,
            "--raw_key": run.upload.key,
            "--raw_etag": run.upload.etag,
            "--curated_bucket": self.settings.curated_bucket,
            "--minimum_rows": str(self.settings.minimum_rows),
        }
