"""A dropped file becomes a transform job, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from marquee.batches import places
from marquee.batches.conversion import json_lines
from marquee.batches.files import BatchFiles
from marquee.batches.ledger import BatchLedger
from marquee.batches.models import Batch, BatchStage, found_sequencer
from marquee.batches.notices import BatchNotices
from marquee.batches.problems import RefusedBatch
from marquee.batches.settings import StartTransformSettings
from marquee.batches.sheets import open_sheet
from marquee.batches.transform_jobs import TransformBusy, TransformJobs, TransformRefused, transform_request
from marquee.clock import now
from marquee.events import UploadEvent
from marquee.ledger import Champion, Change, Ledger
from marquee.observability import about, logger
from marquee.releases.champions import kept
from marquee.services.topic import Topic


@dataclass(frozen=True)
class StartTransform:
    """Turns a batch upload into JSON lines and starts its transform job."""

    settings: StartTransformSettings
    ledger: BatchLedger
    runs: Ledger
    files: BatchFiles
    jobs: TransformJobs
    notices: BatchNotices

    @classmethod
    def of(cls, settings: StartTransformSettings) -> StartTransform:
        """Wire it to AWS."""
        ledger = BatchLedger(settings.ledger_table)
        notices = BatchNotices(ledger, Topic(settings.notices_topic_arn, settings.stage))
        return cls(settings, ledger, Ledger(settings.ledger_table), BatchFiles(), TransformJobs(), notices)

    def on(self, event: UploadEvent) -> Batch | None:
        """Handle one event; None for a folder's marker. Every part can be repeated."""
        if not places.is_batch_input(event.upload.key):
            return None
        new = self._batch_of(event)
        about(run_id=new.batch_id)
        self.ledger.create(new)
        if self.ledger.get(new.batch_id).stage == BatchStage.RECEIVED:
            self._prepare(new, event.event_id)
        batch = self.ledger.get(new.batch_id)
        if batch.stage == BatchStage.TRANSFORMING:
            # Again on a repeat: its first sender may have died before this call.
            self._transform(batch, event.event_id)
            batch = self.ledger.get(batch.batch_id)
        if batch.ended:
            self.notices.tell(batch.batch_id)
        return batch

    def _batch_of(self, event: UploadEvent) -> Batch:
        """Return an event's batch; the sweep's, if that found the drop and the event comes after all."""
        new, modified = Batch.of(event.upload, event.event_id), self.files.modified(event.upload)
        if modified is None:
            return new
        found = Batch.of(replace(event.upload, sequencer=found_sequencer(modified)), event.event_id)
        return found if self.ledger.knows(found.batch_id) else new

    def _transform(self, batch: Batch, event_id: str) -> None:
        settings = self.settings
        try:
            self.jobs.create(transform_request(settings.stage, settings.transform_instance_type, batch))
        except TransformBusy as busy:
            logger().warning("the next job that ends makes room", extra={"because": str(busy)})
            self.ledger.waits(batch)
        except TransformRefused as refused:
            if self._moved_to_the_champion(batch, event_id):
                self._transform(self.ledger.get(batch.batch_id), event_id)
                return
            reason = f"SageMaker refused the transform job: {refused}"
            change = Change(BatchStage.FAILED, now(), "the transform job was refused", event_id)
            facts = {"reason": reason, "deadline": ""}
            self.ledger.advance(batch.batch_id, [BatchStage.TRANSFORMING], change, facts)

    def _moved_to_the_champion(self, batch: Batch, event_id: str) -> bool:
        """Give a batch that waited so long that its model was pruned to the present champion."""
        champion = self.runs.champion()
        if champion is None or batch.model_attempt in (one.attempt_id for one in kept(champion)):
            return False
        cause = f"version {batch.model_version} is not kept any more, version {champion.version} answers"
        change = Change(BatchStage.TRANSFORMING, now(), cause, event_id)
        facts = {"model_attempt": champion.attempt_id, "model_version": champion.version}
        return self.ledger.advance(batch.batch_id, [BatchStage.TRANSFORMING], change, facts)

    def _prepare(self, batch: Batch, event_id: str) -> None:
        try:
            champion = self._champion()
            rows = self._write_lines(batch)
        except RefusedBatch as refused:
            change = Change(BatchStage.FAILED, now(), "the file was refused", event_id)
            facts: dict[str, Any] = {"reason": str(refused), "deadline": ""}
        else:
            change = Change(BatchStage.TRANSFORMING, now(), f"{rows:,} rows were prepared", event_id)
            facts = {"rows": rows, "model_attempt": champion.attempt_id, "model_version": champion.version}
        self.ledger.advance(batch.batch_id, [BatchStage.RECEIVED], change, facts)

    def _champion(self) -> Champion:
        champion = self.runs.champion()
        if champion is None:
            raise RefusedBatch(["no model is live yet; drop a CSV of labelled reviews under raw/ first"])
        return champion

    def _write_lines(self, batch: Batch) -> int:
        rows = 0
        sheet = open_sheet(self.files.open_upload(batch.upload), batch.upload.key)
        with self.files.write(batch.upload.bucket, places.work_key(batch.batch_id)) as work:
            for rows, line in enumerate(json_lines(sheet), start=1):  # noqa: B007 - the last number is the count
                work.write(line)
        return rows
