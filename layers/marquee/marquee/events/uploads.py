"""An object was created in S3."""

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.data_classes import S3EventBridgeNotificationEvent

from marquee.clock import read
from marquee.events.envelope import UnreadableEvent
from marquee.ledger.models import Upload


@dataclass(frozen=True)
class UploadEvent:
    """`Object Created` of S3, with the id by which EventBridge repeats it."""

    event_id: str
    upload: Upload
    cause: str = "upload"
    dropped_at: str = ""
    """When the file was dropped, as `clock.now` writes it; "" if nobody says."""

    @property
    def is_folder(self) -> bool:
        """Whether this is the empty marker a console writes for a folder, which nobody uploaded."""
        return self.upload.key.endswith("/")

    @classmethod
    def parse(cls, event: dict[str, Any]) -> "UploadEvent":
        """Read the event; UnreadableEvent if it is no `Object Created` of S3."""
        notification = S3EventBridgeNotificationEvent(event)
        try:
            bucket, item = notification.detail.bucket.name, notification.detail.object
            # Not `item.key`: Powertools unquotes it, but EventBridge, unlike S3's own
            # notifications, sends the key as it is, so that "a+b.csv" would become "a b.csv".
            upload = Upload(bucket, item["key"], item.etag, item.size or 0, item["sequencer"])
            return cls(notification.get_id, upload, dropped_at=read(event["time"]) if "time" in event else "")
        except (KeyError, ValueError) as error:
            raise UnreadableEvent(event, f"field {error}") from error
