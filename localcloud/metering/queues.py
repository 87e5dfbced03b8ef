"""Metrics of queues, namespace AWS/SQS (SQS developer guide, "Available CloudWatch metrics").

Like SQS, a queue tells of every minute once something has happened in it, zeros included, and before that of
none; here it tells of a change at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from localcloud.metering.datum import Datum


@dataclass
class QueueMeter:
    """Looks at queues from time to time; times are seconds, since the epoch where they are moments."""

    since: float
    minute: float
    """How long a queue without news may be silent."""
    _told: dict[str, tuple[float, int]] = field(default_factory=dict)

    def look(self, queues: Sequence[tuple[str, Sequence[Any]]], now: float) -> Iterator[Datum]:
        """Yield the values of every (name, messages) that has news; a message is MiniStack's record of it."""
        since, self.since = self.since, now
        for name, messages in queues:
            sent = sum(since < message["sent_at"] <= now for message in messages)
            waiting = sum(message["visible_at"] <= now for message in messages)
            told_at, told = self._told.get(name, (now, 0))
            if sent or waiting != told or now - told_at >= self.minute:
                self._told[name] = now, waiting
                oldest = max((now - message["sent_at"] for message in messages), default=0.0)
                yield from _values(name, waiting, oldest, sent)


def _values(name: str, waiting: int, oldest: float, sent: int) -> Iterator[Datum]:
    for metric, value, unit in (
        ("ApproximateNumberOfMessagesVisible", float(waiting), "Count"),
        ("ApproximateAgeOfOldestMessage", oldest, "Seconds"),
        ("NumberOfMessagesSent", float(sent), "Count"),
    ):
        yield Datum("AWS/SQS", metric, value, unit, {"QueueName": name})
