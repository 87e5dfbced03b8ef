"""A dead letter as EventBridge, Lambda and SNS leave it in a queue.

EventBridge puts the event in the body and why it failed in message attributes (user guide, "Using dead-letter
queues"); Lambda's failure destination wraps the event in a record (developer guide, "Capturing records of
asynchronous invocations"); SNS leaves the notification as its subscriber would have got it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Letter:
    """What could not be handed over, to whom, and why."""

    id: str
    queue: str
    """Name of the output that has the queue's address."""
    at: str
    """When it came into the queue, ISO 8601 UTC."""
    payload: str
    """What has to be sent again, as its target takes it."""
    target: str
    """ARN of a function, a topic or a subscription; "" where the letter does not say."""
    error: str
    tries: int
    """How often it was tried, at least; 0 where the letter does not say."""

    @classmethod
    def parse(cls, message: dict[str, Any], queue: str) -> Letter:
        """Read a message of a dead-letter queue; one in no known form has no target."""
        sent = int(message["Attributes"]["SentTimestamp"]) / 1000
        at = datetime.fromtimestamp(sent, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return cls(message["MessageId"], queue, at, **_content(message))

    @property
    def function(self) -> str:
        """Name of the function or topic it was for."""
        return self.target.split(":")[6 if ":function:" in self.target else 5] if self.target else ""

    @property
    def event(self) -> dict[str, Any]:
        """The payload, if it is a JSON object; {} otherwise."""
        return _object(self.payload)


def _content(message: dict[str, Any]) -> dict[str, Any]:
    said = {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}
    body = _object(message["Body"])
    if "TARGET_ARN" in said:
        return _undelivered(message["Body"], said)
    if "requestPayload" in body and "requestContext" in body:
        return _failed(body)
    if body.get("Type") == "Notification" and "TopicArn" in body:
        return _notification(message["Body"], body, said)
    return {
        "payload": message["Body"],
        "target": "",
        "error": "It is in no form that is known here",
        "tries": 0,
    }


def _undelivered(body: str, said: dict[str, str]) -> dict[str, Any]:
    error = f"{said.get('ERROR_CODE', '')}: {said.get('ERROR_MESSAGE', 'EventBridge gave no reason')}"
    tries = int(said.get("RETRY_ATTEMPTS", 0)) + 1
    return {"payload": body, "target": said["TARGET_ARN"], "error": error.strip(": "), "tries": tries}


def _failed(record: dict[str, Any]) -> dict[str, Any]:
    context = record["requestContext"]
    answer = record.get("responsePayload")
    raised = answer if isinstance(answer, dict) else {}
    error = f"{raised.get('errorType', context.get('condition', ''))}: {raised.get('errorMessage', answer)}"
    # Without the version: what runs now has perhaps been mended.
    target = ":".join(context["functionArn"].split(":")[:7])
    tries = int(context.get("approximateInvokeCount", 0))
    return {"payload": json.dumps(record["requestPayload"]), "target": target, "error": error, "tries": tries}


def _notification(text: str, body: dict[str, Any], said: dict[str, str]) -> dict[str, Any]:
    link = parse_qs(urlsplit(body.get("UnsubscribeURL", "")).query)
    target = link.get("SubscriptionArn", [body["TopicArn"]])[0]
    error = said.get("ErrorMessage", "SNS could not hand it to its subscriber and gives no reason")
    return {"payload": text, "target": target, "error": error, "tries": 0}


def _object(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
