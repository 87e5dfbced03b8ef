"""Notices that SNS could not hand to one of its subscribers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cli.account import Account
    from cli.dead_letters.letters import Letter


def notify(account: Account, letter: Letter) -> str:
    """Put a notice into the queue that missed it; gives the taker's name.

    SNS has no way to send to a single address of mail, so a notice for one goes to all subscribers again.
    """
    subscription = _subscription(account, letter.target)
    if subscription.get("Protocol") == "sqs":
        return _enqueue(account, subscription["Endpoint"], letter.payload)
    return _publish(account, letter.event)


def _enqueue(account: Account, queue_arn: str, body: str) -> str:
    queues, name = account.client("sqs"), queue_arn.rpartition(":")[2]
    queues.send_message(QueueUrl=queues.get_queue_url(QueueName=name)["QueueUrl"], MessageBody=body)
    return name


def _publish(account: Account, notice: dict[str, Any]) -> str:
    topic: str = notice["TopicArn"]
    attributes = {
        name: {"DataType": value["Type"], "StringValue": value["Value"]}
        for name, value in (notice.get("MessageAttributes") or {}).items()
    }
    account.client("sns").publish(
        TopicArn=topic,
        Subject=notice.get("Subject") or "Marquee",
        Message=notice["Message"],
        MessageAttributes=attributes,
    )
    return topic.rpartition(":")[2]


def _subscription(account: Account, arn: str) -> dict[str, Any]:
    topic = ":".join(arn.split(":")[:6])
    pages = account.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    every = (one for page in pages for one in page["Subscriptions"])
    return next((one for one in every if one["SubscriptionArn"] == arn), {})
