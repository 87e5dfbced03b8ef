"""Reading why a run failed out of whatever says so: a step's payload or a service's event."""

import json
from dataclasses import dataclass
from typing import Any

from marquee import names
from marquee.events import EtlJobEvent, ExecutionEvent, Step, TrainingJobEvent
from marquee.events.envelope import UnreadableEvent
from marquee.failures import Failure
from marquee.identity import Attempt
from marquee.notices import Outcome
from marquee.observability import logger
from marquee.services.glue import EtlJob, EtlJobRun
from marquee.settings import FailSettings

_ETL = "Glue Job State Change"
_TRAINING = "SageMaker Training Job State Change"
_EXECUTION = "Step Functions Execution Status Change"
_STATES = {"TIMEOUT": "took longer than it may", "STOPPED": "was stopped"}


@dataclass(frozen=True)
class FailureReader:
    """Turns payloads and events into failures; the ETL job is asked whose run it was."""

    settings: FailSettings
    etl: EtlJob

    @classmethod
    def of(cls, settings: FailSettings) -> "FailureReader":
        """Wire it to AWS."""
        return cls(settings, EtlJob(settings.glue_job_name))

    def read(self, event: dict[str, Any]) -> Failure | None:
        """Return the failure, None if it is of no run of ours; UnreadableEvent if it is none at all."""
        if "attempt_id" in event:
            return _of_step(event)
        kind = event.get("detail-type")
        if kind == _ETL:
            return self._of_etl(EtlJobEvent.parse(event))
        if kind == _TRAINING:
            return self._of_training(TrainingJobEvent.parse(event), event["detail"])
        if kind == _EXECUTION:
            return _of_execution(ExecutionEvent.parse(event))
        raise UnreadableEvent(event, "attempt_id, and is no event fail_run knows")

    def _of_etl(self, event: EtlJobEvent) -> Failure | None:
        job_run = self.etl.get(event.job_run_id)
        if not job_run.attempt_id:
            logger().warning("a job run without --attempt_id", extra={"job_run_id": event.job_run_id})
            return None
        return Failure(Attempt.parse(job_run.attempt_id), etl_reason(job_run), _ETL, event.event_id)

    def _of_training(self, event: TrainingJobEvent, detail: dict[str, Any]) -> Failure:
        attempt = names.attempt_of(self.settings.stage, event.job_name)
        secondary, failure = detail.get("SecondaryStatus", ""), detail.get("FailureReason", "")
        reason = training_reason(event.job_name, event.status, secondary, failure)
        return Failure(attempt, reason, _TRAINING, event.event_id)


def etl_reason(job_run: EtlJobRun) -> str:
    """Return why an ETL job run ended badly, in one sentence."""
    how = _STATES.get(job_run.state, "failed")
    return f"Cleaning the data {how}: {job_run.error or f'job run {job_run.job_run_id} gave no reason'}"


def training_reason(job: str, status: str, secondary: str, failure: str) -> str:
    """Return why a training job ended badly, in one sentence.

    A job that ran out of time is `Stopped` too; its secondary status tells (SageMaker, DescribeTrainingJob).
    """
    how = "was stopped" if status == "Stopped" else "failed"
    if secondary in ("MaxRuntimeExceeded", "MaxWaitTimeExceeded"):
        how = "took longer than it may (TRAINING_MAX_SECONDS)"
    return f"Training {how}: {failure or f'training job {job} gave no reason'}"


def execution_reason(machine: str, status: str, error: str, cause: str) -> str:
    """Return why a state machine's execution ended badly, in one sentence."""
    said = ": ".join(part for part in (error, cause) if part) or "it gave no reason"
    return f"The state machine {machine} ended {status}: {said}"


def _of_execution(event: ExecutionEvent) -> Failure:
    reason = execution_reason(event.machine, event.status, event.error, event.cause)
    return Failure(event.attempt, reason, _EXECUTION, event.event_id)


def _of_step(event: dict[str, Any]) -> Failure:
    attempt = Step.parse(event).attempt
    if event.get("problems"):
        return Failure(attempt, " ".join(event["problems"]), "validate_upload", outcome=Outcome.REFUSED)
    if "error" in event:
        error = event["error"]
        return Failure(attempt, f"A step failed: {error.get('Error')}: {_words(error)}", "Catch")
    if event.get("reason"):
        return Failure(attempt, event["reason"], "verify_endpoint")
    raise UnreadableEvent(event, "problems, error or reason")


def _words(error: dict[str, Any]) -> str:
    """Return what a failed function said; Lambda's Cause is JSON with the message and a stack trace."""
    cause = str(error.get("Cause", ""))
    try:
        content = json.loads(cause)
    except ValueError:
        return cause
    return str(content.get("errorMessage", cause)) if isinstance(content, dict) else cause
