"""What the ledger holds about a batch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from marquee.clock import later, now, seconds_between
from marquee.identity import run_id_of
from marquee.ledger import MAY_WAIT_SECONDS, Change, Upload

# Longer than a transform job of the largest file takes: past it somebody should look.
_DEADLINE_SECONDS = 4 * 3600
# start_transform and finish_transform have 15 minutes (template.yaml), and Lambda repeats what failed.
FUNCTION_SECONDS = 16 * 60
_ASK_AFTER_SECONDS = 120


class BatchStage(StrEnum):
    """Where a batch stands."""

    RECEIVED = "RECEIVED"
    TRANSFORMING = "TRANSFORMING"
    DONE = "DONE"
    FAILED = "FAILED"


ENDED = (BatchStage.DONE, BatchStage.FAILED)
RUNNING = tuple(stage for stage in BatchStage if stage not in ENDED)


class BatchNotFound(LookupError):
    """The ledger has no batch of that id."""

    def __init__(self, batch_id: str) -> None:
        super().__init__(f"there is no batch {batch_id!r} in the ledger")
        self.batch_id = batch_id


@dataclass(frozen=True)
class Batch:
    """Everything one upload under `batch/in/` causes; times are ISO 8601 UTC.

    It `waits` while the account has no room for its transform job and nobody asks again for it at the moment.
    """

    batch_id: str
    upload: Upload
    created_at: str
    updated_at: str
    deadline: str
    stage: BatchStage = BatchStage.RECEIVED
    rows: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    model_attempt: str = ""
    model_version: str = ""
    output_key: str = ""
    reason: str = ""
    seconds: float = 0.0
    instance_type: str = ""
    history: tuple[Change, ...] = ()
    notices: dict[str, dict[str, str]] = field(default_factory=dict)
    ask_at: str = ""
    opened_at: str = ""
    waits: bool = False
    waiting_since: str = ""

    @classmethod
    def of(cls, upload: Upload, event_id: str) -> Batch:
        """Return the batch an upload begins.

        The sequencer is part of its id: the event delivered twice is the same batch, the file
        dropped again is a new one, for another model may be live by then.
        """
        at = now()
        batch_id = run_id_of(upload.bucket, upload.key, f"{upload.etag}/{upload.sequencer}")
        history = (Change(BatchStage.RECEIVED, at, f"{upload.key} was dropped", event_id),)
        ask_at = ask_at_of(BatchStage.RECEIVED)
        return cls(batch_id, upload, at, at, deadline_now(), history=history, ask_at=ask_at, opened_at=at)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to this batch."""
        return self.stage in ENDED

    @property
    def may_wait(self) -> bool:
        """Whether it may go on waiting for room; past three days it waits for something that never comes."""
        since = self.waiting_since
        return not since or seconds_between(since, now()) < MAY_WAIT_SECONDS

    @property
    def dropped_event(self) -> dict[str, Any]:
        """The event that S3 sent when the file was dropped, as far as UploadEvent reads it."""
        upload = self.upload
        item = {"key": upload.key, "etag": upload.etag, "size": upload.size, "sequencer": upload.sequencer}
        return {
            "id": f"again-{self.batch_id}",
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": upload.bucket}, "object": item},
        }

    def to_item(self) -> dict[str, Any]:
        """Return the batch as plain lists, dicts, strings and numbers."""
        return {**asdict(self), "stage": str(self.stage), "history": [asdict(c) for c in self.history]}

    @classmethod
    def from_item(cls, item: dict[str, Any]) -> Batch:
        """Read back what `to_item` gave; keys of the table itself are ignored."""
        known = {name: item[name] for name in cls.__dataclass_fields__ if name in item}
        known["upload"] = Upload(**item["upload"])
        known["stage"] = BatchStage(item["stage"])
        known["history"] = tuple(Change(**change) for change in item["history"])
        return cls(**known)


def deadline_now() -> str:
    """Return by when a batch must be over that was dropped, or found no room for its job, just now."""
    return later(_DEADLINE_SECONDS)


def found_sequencer(modified: datetime) -> str:
    """Return the sequencer of a drop that was found without its event; S3 tells its time in whole seconds."""
    return f"found-{modified.astimezone(UTC).replace(microsecond=0).isoformat()}"


def ask_at_of(stage: BatchStage) -> str:
    """Return when the reconciler begins to ask about a batch that comes to a stage now."""
    return later(FUNCTION_SECONDS if stage == BatchStage.RECEIVED else _ASK_AFTER_SECONDS)
