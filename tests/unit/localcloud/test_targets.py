"""Targets that do not answer: what becomes of their events."""

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from localcloud.delivery import Delivery, DeliveryFailed
from localcloud.targets import Targets

RULE = "arn:aws:events:us-east-1:000000000000:rule/r"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:q"


class Silence:
    """Clients whose calls are never answered."""

    def client(self, service: str) -> Any:
        return self

    def __getattr__(self, action: str) -> Any:
        def call(**_: Mapping[str, Any]) -> Any:
            raise ReadTimeoutError(endpoint_url=action)

        return call


@pytest.mark.parametrize("arn", [QUEUE, QUEUE.replace(":sqs:", ":sns:"), "arn:aws:lambda:r:0:function:f"])
def test_a_target_that_does_not_answer_is_tried_again(arn: str) -> None:
    targets = Targets(Silence(), roles=None, service_may=lambda *_: True)  # type: ignore[arg-type]
    delivery = Delivery(RULE, {"Arn": arn}, "{}")

    with pytest.raises(DeliveryFailed) as failed:
        targets.send(delivery)

    assert failed.value.retryable


def test_a_dead_letter_queue_that_does_not_answer_is_told() -> None:
    targets = Targets(Silence(), roles=None, service_may=lambda *_: True)  # type: ignore[arg-type]

    with pytest.raises(DeliveryFailed, match="Read timeout"):
        targets.send_dead_letter(Delivery(RULE, {"Arn": QUEUE}, "{}"), QUEUE, {})
