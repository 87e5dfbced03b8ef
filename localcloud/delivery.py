"""Delivers what EventBridge's rules match, as AWS documents it.

A target that cannot be reached is tried again with growing pauses until its RetryPolicy is exhausted;
an event that could not be delivered goes to the target's dead-letter queue, and is dropped without one
(EventBridge user guide, "How EventBridge retries delivering events" and "Using dead-letter queues").
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

log = logging.getLogger(__name__)

MAXIMUM_ATTEMPTS = 185
MAXIMUM_AGE = 86_400.0
"""EventBridge's defaults: 185 retries, 24 hours (seconds)."""
LONGEST_PAUSE = 900.0


class DeliveryFailed(Exception):
    """A target did not take an event. `code` is one that EventBridge puts on dead letters."""

    def __init__(self, code: str, message: str, *, retryable: bool) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.retryable = code, message, retryable


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target."""

    rule_arn: str
    target: Mapping[str, Any]
    """As PutTargets took it."""
    payload: str
    """What the target gets: the event, or what the target's input transformer made of it (JSON)."""
    event: Mapping[str, Any] = field(default_factory=dict)
    """The event as the rule saw it, for whoever wants to pick deliveries by pattern."""

    @property
    def target_arn(self) -> str:
        """The ARN the event is for."""
        return str(self.target["Arn"])


class Transport(Protocol):
    """How events reach targets and queues."""

    def send(self, delivery: Delivery) -> None:
        """Hand the event to its target; DeliveryFailed when it is not taken."""

    def send_dead_letter(self, delivery: Delivery, queue_arn: str, attributes: Mapping[str, str]) -> None:
        """Put the event on a dead-letter queue; DeliveryFailed when it is not taken."""


Accept = Callable[[Delivery], None]
"""Takes an event for delivery. What wants to drop, duplicate, delay or reorder events wraps this."""


class Courier:
    """Sees each event through to its target or to the dead-letter queue."""

    def __init__(self, transport: Transport, scale: float) -> None:
        self._transport, self._scale = transport, scale

    def accept(self, delivery: Delivery) -> None:
        """Take an event for delivery; returns at once."""
        later(0.0, lambda: self._attempt(delivery, 0, 0.0))

    def _attempt(self, delivery: Delivery, retries: int, age: float) -> None:
        """`age`: seconds as EventBridge would count them, since only the pauses are shortened here."""
        began = time.monotonic()
        try:
            self._transport.send(delivery)
        except DeliveryFailed as failure:
            log.warning("%s -> %s: %s", delivery.rule_arn, delivery.target_arn, failure)
            age += time.monotonic() - began
            condition = self._exhausted(delivery, failure, retries, age)
            if condition is None:
                pause = min(2.0**retries, LONGEST_PAUSE)
                later(pause * self._scale, lambda: self._attempt(delivery, retries + 1, age + pause))
            else:
                self._bury(delivery, failure, retries, condition)

    def _exhausted(self, delivery: Delivery, failure: DeliveryFailed, retries: int, age: float) -> str | None:
        """None to try again; else the condition that ended it, "" for a failure that is never retried."""
        if not failure.retryable:
            return ""
        policy = delivery.target.get("RetryPolicy") or {}
        if retries >= policy.get("MaximumRetryAttempts", MAXIMUM_ATTEMPTS):
            return "MaximumRetryAttempts"
        return (
            "MaximumEventAgeInSeconds" if age >= policy.get("MaximumEventAgeInSeconds", MAXIMUM_AGE) else None
        )

    def _bury(self, delivery: Delivery, failure: DeliveryFailed, retries: int, condition: str) -> None:
        queue_arn = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue_arn:
            log.error(
                "%s: %s has no dead-letter queue, event dropped", delivery.rule_arn, delivery.target_arn
            )
            return
        attributes = {
            "RULE_ARN": delivery.rule_arn,
            "TARGET_ARN": delivery.target_arn,
            "ERROR_CODE": failure.code,
            "ERROR_MESSAGE": failure.message,
            "RETRY_ATTEMPTS": str(retries),
            **({"EXHAUSTED_RETRY_CONDITION": condition} if condition else {}),
        }
        try:
            self._transport.send_dead_letter(delivery, queue_arn, attributes)
        except DeliveryFailed as refused:
            log.error(
                "%s: the event is dropped, its dead-letter queue refused it: %s", delivery.rule_arn, refused
            )


def later(seconds: float, job: Callable[[], None]) -> None:
    """Run `job` in a thread of its own after a pause; the end of the cloud does not wait for it."""
    timer = threading.Timer(seconds, job)
    timer.daemon = True
    timer.start()
