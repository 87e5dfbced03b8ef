"""What lies on the stage's queues."""

from collections.abc import Iterator
from dataclasses import dataclass

from chaos.permissions.traveller import Traveller


@dataclass(frozen=True)
class Letter:
    """One message: its body and its attributes that are texts."""

    body: str
    attributes: dict[str, str]


def letters(traveller: Traveller, queue: str) -> Iterator[Letter]:
    """Take the next messages, ten at most, from a queue that is named without the stage's prefix."""
    sqs, name = traveller.stage.client("sqs"), f"marquee-{traveller.stage.account.stage}-{queue}"
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    for message in received.get("Messages", []):
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found = message.get("MessageAttributes", {})
        attributes = {key: value["StringValue"] for key, value in found.items() if "StringValue" in value}
        yield Letter(message["Body"], attributes)
