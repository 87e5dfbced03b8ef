"""A transform job that ended becomes a CSV of predictions, or a reason why not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from marquee.batches import places
from marquee.batches.files import BatchFiles, Utf8Sink
from marquee.batches.joining import BrokenPredictions, join
from marquee.batches.ledger import BatchLedger
from marquee.batches.models import RUNNING, Batch, BatchStage
from marquee.batches.notices import BatchNotices
from marquee.batches.problems import RefusedBatch
from marquee.batches.settings import FinishTransformSettings
from marquee.batches.sheets import open_sheet
from marquee.batches.transform_jobs import TransformEvent
from marquee.clock import now
from marquee.ledger import Change
from marquee.names import attempt_of
from marquee.observability import about
from marquee.services.functions import Function
from marquee.services.topic import Topic


@dataclass(frozen=True)
class FinishTransform:
    """Joins the predictions of a transform job with the rows they are about."""

    settings: FinishTransformSettings
    ledger: BatchLedger
    files: BatchFiles
    notices: BatchNotices
    start: Function

    @classmethod
    def of(cls, settings: FinishTransformSettings) -> FinishTransform:
        """Wire it to AWS."""
        ledger = BatchLedger(settings.ledger_table)
        notices = BatchNotices(ledger, Topic(settings.notices_topic_arn, settings.stage))
        start = Function(settings.start_transform_function)
        return cls(settings, ledger, BatchFiles(), notices, start)

    def on(self, event: TransformEvent) -> Batch:
        """Handle one event; a repeat changes nothing and tells only what was not told."""
        batch_id = attempt_of(self.settings.stage, event.job_name).id
        about(run_id=batch_id)
        batch = self.ledger.get(batch_id)
        # First, for its instance is free now, and to join a large file takes minutes.
        self._start_next()
        if not batch.ended:
            self.ledger.working(batch_id)
            self._end(batch, event)
        self.notices.tell(batch_id)
        return self.ledger.get(batch_id)

    def _start_next(self) -> None:
        """Have the oldest batch that waits for room asked for again: the job that ended has made some."""
        waiting = (batch for batch in self.ledger.open() if batch.waits)
        turn = next((batch for batch in waiting if self.ledger.takes_turn(batch.batch_id)), None)
        if turn is None:
            return
        try:
            self.start.send(turn.dropped_event)
        except Exception:
            self.ledger.waits(turn)
            raise

    def _end(self, batch: Batch, event: TransformEvent) -> None:
        facts: dict[str, Any] = {
            "deadline": "",
            "seconds": event.seconds,
            "instance_type": event.instance_type,
        }
        try:
            labels = self._joined(batch, event)
        except (RefusedBatch, BrokenPredictions) as error:
            stage = BatchStage.FAILED
            facts |= {"reason": str(error)}
        else:
            stage = BatchStage.DONE
            facts |= {"labels": dict(labels), "output_key": places.output_key(batch.upload.key)}
        change = Change(stage, now(), f"the transform job is {event.status}", event.event_id)
        self.ledger.advance(batch.batch_id, RUNNING, change, facts)

    def _joined(self, batch: Batch, event: TransformEvent) -> Counter[str]:
        if event.status != "Completed":
            reason = event.failure or "SageMaker gave no reason; the job's log in CloudWatch may"
            message = f"the transform job {event.job_name} ended as {event.status}: {reason}"
            raise BrokenPredictions(message)
        bucket = batch.upload.bucket
        sheet = open_sheet(self.files.open_upload(batch.upload), batch.upload.key)
        predictions = self.files.open(bucket, places.predictions_key(batch.batch_id))
        with self.files.write(bucket, places.output_key(batch.upload.key)) as output:
            return join(sheet, predictions, Utf8Sink(output))
