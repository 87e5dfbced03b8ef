"""Notices in the inbox: the SQS queue that is subscribed to the topic, read without deleting."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.queue import looking_through

if TYPE_CHECKING:
    from cli.account import Account


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
    with looking_through(account.client("sqs"), account.outputs["InboxQueueUrl"]) as reading:
        notices = {notice.message_id: notice for notice in map(_notice, reading.messages())}
    return sorted(notices.values(), key=lambda notice: notice.at)


def await_notice(account: Account, run_id: str, outcome: str, patience: float = 20.0) -> Notice | None:
    """The newest notice of a run's outcome, as soon as it arrives; None after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        wanted = {"run_id": run_id, "outcome": outcome}
        found = [n for n in read_inbox(account) if wanted.items() <= n.attributes.items()]
        if found or time.monotonic() > deadline:
            return found[-1] if found else None


def _notice(message: dict[str, Any]) -> Notice:
    body = json.loads(message["Body"])
    attributes = {name: value["Value"] for name, value in body.get("MessageAttributes", {}).items()}
    text = _in_words(body["Message"])
    return Notice(body["MessageId"], body["Timestamp"], body.get("Subject") or "", text, attributes)


def _in_words(message: str) -> str:
    """What an alarm of CloudWatch says to a person; any other message as it is."""
    try:
        alarm = json.loads(message)
        return f"{alarm['AlarmDescription']}\n\nWhy: {alarm['NewStateReason']}"
    except (ValueError, KeyError, TypeError):
        return message
