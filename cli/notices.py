"""Notices in the inbox: the SQS queue that is subscribed to the topic, read without deleting."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cli.account import Account

# While one reader looks through the queue, messages it has seen stay hidden; then it gives them back.
_HIDDEN_SECONDS = 30
_BATCH = 10
# Asking with a wait (long polling) looks at every server of the queue, asking without at some of them.
_WAIT_SECONDS = 1


@dataclass(frozen=True)
class Notice:
    """One message of the topic; `attributes` are stage, outcome and run_id."""

    message_id: str
    at: str
    subject: str
    text: str
    attributes: dict[str, str]


def read_inbox(account: Account) -> list[Notice]:
    """Every notice in the queue once, newest last."""
    client, queue = account.client("sqs"), account.outputs["InboxQueueUrl"]
    messages = _received(client, queue)
    _give_back(client, queue, [message["ReceiptHandle"] for message in messages])
    notices = {notice.message_id: notice for notice in map(_notice, messages)}
    return sorted(notices.values(), key=lambda notice: notice.at)


def await_notice(account: Account, run_id: str, outcome: str, patience: float = 20.0) -> Notice | None:
    """The newest notice of a run's outcome, as soon as it arrives; None after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        wanted = {"run_id": run_id, "outcome": outcome}
        found = [n for n in read_inbox(account) if wanted.items() <= n.attributes.items()]
        if found or time.monotonic() > deadline:
            return found[-1] if found else None


def _received(client: Any, queue: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    while True:
        batch = client.receive_message(
            QueueUrl=queue,
            MaxNumberOfMessages=_BATCH,
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=_WAIT_SECONDS,
        ).get("Messages", [])
        if not batch:
            return messages
        messages += batch


def _give_back(client: Any, queue: str, handles: list[str]) -> None:
    for start in range(0, len(handles), _BATCH):
        entries = [
            {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": 0}
            for number, handle in enumerate(handles[start : start + _BATCH])
        ]
        client.change_message_visibility_batch(QueueUrl=queue, Entries=entries)


def _notice(message: dict[str, Any]) -> Notice:
    body = json.loads(message["Body"])
    attributes = {name: value["Value"] for name, value in body.get("MessageAttributes", {}).items()}
    return Notice(
        body["MessageId"], body["Timestamp"], body.get("Subject") or "", body["Message"], attributes
    )
