"""Metrics of queues, namespace AWS/SQS (SQS developer guide, "Available CloudWatch metrics").

Like SQS, a queue in which nothing happens and nothing lies says nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from localcloud.metering.datum import Datum


@dataclass
class QueueMeter:
    """Looks at queues from time to time; times are seconds since the epoch."""

    since: float
    _spoke: set[str] = field(default_factory=set)

    def look(self, queues: Sequence[tuple[str, Sequence[Any]]], now: float) -> Iterator[Datum]:
        """Yield the values of every (name, messages) that has news; a message is MiniStack's record of it."""
        since, self.since = self.since, now
        for name, messages in queues:
            sent = sum(since < message["sent_at"] <= now for message in messages)
            # Zero once, so that an alarm on what lies there ends.
            if messages or name in self._spoke:
                yield from _values(name, messages, sent, now)
            self._spoke = self._spoke | {name} if messages else self._spoke - {name}


def _values(name: str, messages: Sequence[Any], sent: int, now: float) -> Iterator[Datum]:
    waiting = [message for message in messages if message["visible_at"] <= now]
    oldest = max((now - message["sent_at"] for message in messages), default=0.0)
    for metric, value, unit in (
        ("ApproximateNumberOfMessagesVisible", float(len(waiting)), "Count"),
        ("ApproximateAgeOfOldestMessage", oldest, "Seconds"),
        ("NumberOfMessagesSent", float(sent), "Count"),
    ):
        yield Datum("AWS/SQS", metric, value, unit, {"QueueName": name})
