import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from localcloud.delivery import Courier, Delivery, DeliveryFailed

RULE = "arn:aws:events:us-east-1:000000000000:rule/r"
TARGET = "arn:aws:lambda:us-east-1:000000000000:function:f"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:q"
REFUSED = DeliveryFailed("NO_PERMISSIONS", "no", retryable=False)
BUSY = DeliveryFailed("THROTTLING", "busy", retryable=True)


@dataclass
class Road:
    """A transport that fails as it was told, and says when a delivery has come to its end."""

    failures: list[DeliveryFailed]
    arrived: list[str] = field(default_factory=list)
    buried: list[Mapping[str, str]] = field(default_factory=list)
    attempts: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def send(self, delivery: Delivery) -> None:
        self.attempts += 1
        if self.failures:
            raise self.failures.pop(0)
        self.arrived.append(delivery.payload)
        self.ended.set()

    def send_dead_letter(self, delivery: Delivery, queue_arn: str, attributes: Mapping[str, str]) -> None:
        assert queue_arn == QUEUE
        self.buried.append(attributes)
        self.ended.set()


def deliver(road: Road, scale: float = 0.001, **target: Any) -> Road:
    whole = {"Arn": TARGET, "DeadLetterConfig": {"Arn": QUEUE}, **target}
    Courier(road, scale).accept(Delivery(RULE, whole, '{"x": 1}'))
    assert road.ended.wait(5), "the delivery never ended"
    return road


def test_an_event_arrives() -> None:
    assert deliver(Road([])).arrived == ['{"x": 1}']


def test_a_busy_target_is_tried_again() -> None:
    road = deliver(Road([BUSY, BUSY]))

    assert (road.arrived, road.attempts, road.buried) == (['{"x": 1}'], 3, [])


def test_what_cannot_be_mended_is_not_tried_again() -> None:
    road = deliver(Road([REFUSED]))

    assert road.attempts == 1
    assert road.buried == [
        {
            "RULE_ARN": RULE,
            "TARGET_ARN": TARGET,
            "ERROR_CODE": "NO_PERMISSIONS",
            "ERROR_MESSAGE": "no",
            "RETRY_ATTEMPTS": "0",
        }
    ]


def test_the_target_says_how_often() -> None:
    road = deliver(Road([BUSY] * 9), RetryPolicy={"MaximumRetryAttempts": 2})

    assert road.attempts == 3
    assert road.buried[0]["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert road.buried[0]["RETRY_ATTEMPTS"] == "2"


def test_the_target_says_how_long() -> None:
    # one second of pause, then two, four ...: at the fourth attempt seven seconds have gone
    road = deliver(Road([BUSY] * 9), RetryPolicy={"MaximumEventAgeInSeconds": 5})

    assert road.buried[0]["EXHAUSTED_RETRY_CONDITION"] == "MaximumEventAgeInSeconds"
    assert road.buried[0]["RETRY_ATTEMPTS"] == "3"


def test_without_a_queue_the_event_is_dropped_with_a_word(caplog: pytest.LogCaptureFixture) -> None:
    road = Road([REFUSED])

    Courier(road, 0.001)._attempt(Delivery(RULE, {"Arn": TARGET}, "{}"), 0, 0.0)

    assert road.buried == []
    assert "no dead-letter queue, event dropped" in caplog.text
