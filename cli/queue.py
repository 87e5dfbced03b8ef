"""Looking through an SQS queue: what a reader has seen stays hidden from it, and is given back at the end."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_BATCH = 10
# Asking with a wait (long polling) looks at every server of the queue, asking without at some of them.
_WAIT_SECONDS = 1


@dataclass
class Reading:
    """One look through a queue; `hidden_seconds` are how long a message that was seen stays hidden."""

    client: Any
    url: str
    hidden_seconds: int = 30
    _seen: dict[str, str] = field(default_factory=dict)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield every message of the queue that nobody else looks at, with all its attributes, once."""
        while batch := self._receive():
            fresh = [message for message in batch if message["MessageId"] not in self._seen]
            self._seen.update({message["MessageId"]: message["ReceiptHandle"] for message in batch})
            yield from fresh
            if not fresh:
                return

    def delete(self, message_id: str) -> None:
        """Take a message out of the queue for good."""
        self.client.delete_message(QueueUrl=self.url, ReceiptHandle=self._seen.pop(message_id))

    def give_back(self) -> None:
        """Let the next reader see at once whatever was seen here and not deleted."""
        handles = list(self._seen.values())
        for start in range(0, len(handles), _BATCH):
            entries = [
                {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                for number, handle in enumerate(handles[start : start + _BATCH])
            ]
            self.client.change_message_visibility_batch(QueueUrl=self.url, Entries=entries)

    def _receive(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=self.hidden_seconds,
            WaitTimeSeconds=_WAIT_SECONDS,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        ).get("Messages", [])
        return found


@contextmanager
def looking_through(client: Any, url: str, hidden_seconds: int = 30) -> Iterator[Reading]:
    """A look through a queue that gives back what it did not delete, whatever happens."""
    reading = Reading(client, url, hidden_seconds)
    try:
        yield reading
    finally:
        reading.give_back()
