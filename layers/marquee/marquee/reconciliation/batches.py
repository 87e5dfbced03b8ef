"""Batches whose event was lost: the function that should have had it gets it from here."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from marquee import names
from marquee.batches import Batch, BatchLedger, BatchStage
from marquee.batches.models import RUNNING
from marquee.batches.notices import BatchNotices
from marquee.batches.transform_jobs import TransformJobs, ended_event
from marquee.clock import later, now
from marquee.ledger import Change
from marquee.reconciliation.findings import (
    GRACE_SECONDS,
    Finding,
    Moved,
    Unasked,
    Unknown,
    Working,
    counted,
    is_hopeless,
    said,
)
from marquee.reconciliation.patience import Patience
from marquee.reconciliation.turns import Due
from marquee.services.functions import Function
from marquee.services.topic import Topic
from marquee.settings import ReconcileSettings


@dataclass(frozen=True)
class ReconcileBatches:
    """Hands lost events to start_transform and finish_transform, and fails what is past its deadline."""

    stage: str
    ledger: BatchLedger
    jobs: TransformJobs
    notices: BatchNotices
    start: Function
    finish: Function

    @classmethod
    def of(cls, settings: ReconcileSettings) -> "ReconcileBatches":
        """Wire it to AWS."""
        ledger = BatchLedger(settings.ledger_table)
        notices = BatchNotices(ledger, Topic(settings.notices_topic_arn, settings.stage))
        start = Function(settings.start_transform_function)
        finish = Function(settings.finish_transform_function)
        return cls(settings.stage, ledger, TransformJobs(), notices, start, finish)

    def due(self, patience: Patience) -> Iterator[Due]:
        """Yield every batch that it is time to look at."""
        for batch in self.ledger.open():
            if patience.is_over(batch.ask_at, batch.updated_at):
                place = f"2/{batch.created_at}/{batch.batch_id}"
                yield Due(batch.batch_id, place, partial(self._look, batch.batch_id), batch.batch_id)

    def _look(self, batch_id: str) -> str:
        # Read again: the index is a moment behind.
        batch = self.ledger.get(batch_id)
        if not batch.ended:
            return self._settle(batch)
        if batch.stage == BatchStage.FAILED:
            self.jobs.stop(self._job_name(batch))
        self.notices.tell(batch_id)
        told = self.ledger.get(batch_id)
        if self.notices.was_told(told):
            self.ledger.close(told)
        return ""

    def _settle(self, batch: Batch) -> str:
        finding: Finding
        try:
            long_over = batch.deadline < later(-GRACE_SECONDS)
            finding = Working() if long_over else self._inspect(batch)
        except ClientError as error:
            finding = Unasked(str(error))
        if is_hopeless(finding, batch.deadline):
            self._give_up(batch, finding)
        elif isinstance(finding, Unknown):
            self.notices.warn(batch, finding.sentence)
        return counted(batch.stage, finding)

    def _inspect(self, batch: Batch) -> Finding:
        if batch.stage == BatchStage.RECEIVED:
            return self._send(batch, self.start, batch.dropped_event)
        job = self.jobs.get(self._job_name(batch))
        if job is None:
            return self._send(batch, self.start, batch.dropped_event)
        status = job["TransformJobStatus"]
        if status in ("InProgress", "Stopping"):
            return Working()
        if status in ("Completed", "Failed", "Stopped"):
            return self._send(batch, self.finish, ended_event(job))
        return Unknown(f"transform job {job['TransformJobName']} is {status}")

    def _send(self, batch: Batch, function: Function, event: dict[str, Any]) -> Moved:
        self.ledger.working(batch.batch_id)
        function.send(event)
        return Moved()

    def _give_up(self, batch: Batch, finding: Finding) -> None:
        waited = f", where it waited for room since {batch.waiting_since}" if batch.waits else ""
        missed = f"Nothing moved it on by its deadline, {batch.deadline}, at {batch.stage}{waited}"
        reason = f"{missed}{said(finding)}."
        change = Change(BatchStage.FAILED, now(), "reconcile")
        self.ledger.advance(batch.batch_id, RUNNING, change, {"reason": reason, "deadline": ""})
        self.jobs.stop(self._job_name(batch))
        self.notices.tell(batch.batch_id)

    def _job_name(self, batch: Batch) -> str:
        return names.attempt_name(self.stage, batch.batch_id)
