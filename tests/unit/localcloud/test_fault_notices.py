"""Which notice a request to SNS publishes is read from what the SDK really sends."""

from typing import Any

import boto3
import pytest

from localcloud.faults.notices import notice_of


def sent(**attributes: str) -> bytes:
    """The body of an sns:Publish with these attributes."""
    held = list[bytes]()
    client = boto3.client(
        "sns",
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        endpoint_url="http://127.0.0.1:9",
    )

    def keep(request: Any, **_: Any) -> None:
        held.append(request.body)
        raise InterruptedError

    client.meta.events.register("before-send.sns.Publish", keep)
    values: Any = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    with pytest.raises(InterruptedError):
        client.publish(
            TopicArn="arn:aws:sns:us-east-1:000000000000:notices", Message="a & b", MessageAttributes=values
        )
    return held[0]


def test_a_notice_is_named_by_its_outcome_and_its_run() -> None:
    assert notice_of(sent(stage="LIVE", run_id="good-1-0123456789", outcome="live")) == (
        "live good-1-0123456789"
    )


def test_a_message_of_nobody_is_no_notice() -> None:
    assert notice_of(sent()) == ""
