"""The SNS topic that carries notices to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marquee import clients
from marquee.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sns import SNSClient

# SNS Publish: a subject is ASCII, up to 100 characters, without line breaks.
_SUBJECT_LENGTH = 100


class Topic:
    """Publishes text with attributes that subscribers can filter by; `stage` is whose notices these are."""

    def __init__(self, arn: str, stage: str, client: SNSClient | None = None) -> None:
        self.stage = stage
        self._arn = arn
        self._client = client or clients.sns()

    def publish(self, subject: str, text: str, attributes: Mapping[str, str]) -> None:
        """Send one message."""
        self._client.publish(
            TopicArn=self._arn,
            Subject=_ascii(subject),
            Message=printable(text),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )


def _ascii(subject: str) -> str:
    ascii_only = subject.encode("ascii", "replace").decode()
    return "".join(c if c.isprintable() else " " for c in ascii_only)[:_SUBJECT_LENGTH]
