"""An upload becomes a run, once."""

from dataclasses import dataclass

from marquee.clock import now, seconds_between
from marquee.events import UploadEvent
from marquee.identity import run_id_of
from marquee.ledger import Change, Ledger, Run, Stage
from marquee.notices import Outcome, notify
from marquee.observability import about, logger
from marquee.services.executions import Executions
from marquee.services.topic import Topic
from marquee.settings import ReceiveUploadSettings
from marquee.stages import ask_at_of, deadline_of

_LATE_SECONDS = 60


@dataclass(frozen=True)
class ReceiveUpload:
    """Creates the run of an upload and starts its preparation."""

    ledger: Ledger
    preparation: Executions
    topic: Topic

    @classmethod
    def of(cls, settings: ReceiveUploadSettings) -> "ReceiveUpload":
        """Wire it to AWS."""
        return cls(
            Ledger(settings.ledger_table),
            Executions(settings.prepare_dataset_arn),
            Topic(settings.notices_topic_arn, settings.stage),
        )

    def on(self, event: UploadEvent) -> Run | None:
        """Handle one event; None for a folder's marker, which nobody uploaded."""
        if event.is_folder:
            logger().info("a folder marker is no upload", extra={"key": event.upload.key})
            return None
        new = _run_of(event)
        about(run_id=new.run_id)
        self.ledger.create(new)
        run = self.ledger.get(new.run_id)
        if run.stage == Stage.RECEIVED:
            self.ledger.tried(run)
            self.preparation.start(run.current)
        if self._is_another_drop(run, event.upload.sequencer):
            notify(self.ledger, self.topic, run, Outcome.DUPLICATE, event.upload.sequencer)
        return run

    def _is_another_drop(self, run: Run, sequencer: str) -> bool:
        """Whether the same content was dropped again: S3 gives every drop of a key a sequencer of its own.

        One found by listing has none; the first event that comes after all is taken to be its.
        """
        if sequencer in ("", run.upload.sequencer):
            return False
        return not self.ledger.adopt(run.run_id, sequencer)


def _run_of(event: UploadEvent) -> Run:
    at = now()
    # An event that comes late tells of an old file: it must not replace what was dropped after it.
    # EventBridge knows whole seconds, too coarse for files dropped together.
    is_late = event.dropped_at and seconds_between(event.dropped_at, at) > _LATE_SECONDS
    return Run(
        run_id_of(event.upload.bucket, event.upload.key, event.upload.etag),
        event.upload,
        created_at=at,
        updated_at=at,
        ask_at=ask_at_of(Stage.RECEIVED),
        deadline=deadline_of(Stage.RECEIVED),
        began_at=event.dropped_at if is_late else at,
        history=(Change(Stage.RECEIVED, at, event.cause, event.event_id),),
    )
