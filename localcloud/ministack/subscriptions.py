"""Notices that a queue does not take go to their subscription's dead-letter queue; MiniStack drops them.

A queue that is gone or whose policy refuses SNS is a client error, which SNS does not try again
(SNS developer guide, "Amazon SNS dead-letter queues").
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

from ministack.services import sns, sqs

log = logging.getLogger(__name__)


def plug_in() -> None:
    """Bury from now on what cannot be delivered to a queue."""
    deliver = sns._deliver_to_sqs

    def deliver_or_bury(endpoint: str, envelope: str, *more: Any, topic_arn: str = "", **named: Any) -> None:
        if sqs.queue_policy_allows(endpoint, "sns.amazonaws.com", topic_arn, topic_arn.split(":")[4]):
            deliver(endpoint, envelope, *more, topic_arn=topic_arn, **named)
            return
        subscription = _subscription(endpoint, topic_arn)
        letters = _dead_letter_queue(subscription)
        log.warning("%s does not take from %s; to %s", endpoint, topic_arn, letters or "nobody: it is lost")
        if letters:
            letter = _addressed(envelope, subscription["arn"])
            deliver(letters, letter, *more, topic_arn=topic_arn, **named)

    sns._deliver_to_sqs = deliver_or_bury


def _subscription(endpoint: str, topic_arn: str) -> dict[str, Any]:
    topic = sns._topic_by_arn_any_scope(topic_arn) or {"subscriptions": []}
    return next((one for one in topic["subscriptions"] if one.get("endpoint") == endpoint), {})


def _dead_letter_queue(subscription: Mapping[str, Any]) -> str:
    policy = subscription.get("attributes", {}).get("RedrivePolicy") or "{}"
    content = json.loads(policy) if isinstance(policy, str) else policy
    return str(content.get("deadLetterTargetArn", ""))


def _addressed(envelope: str, subscription_arn: str) -> str:
    """Who missed it stands in the link by which to unsubscribe; MiniStack writes the same into all."""
    try:
        content = json.loads(envelope)
        link, _, _ = content["UnsubscribeURL"].partition("SubscriptionArn=")
    except (ValueError, KeyError, TypeError):
        return envelope  # raw delivery has no envelope
    return json.dumps({**content, "UnsubscribeURL": f"{link}SubscriptionArn={subscription_arn}"})
