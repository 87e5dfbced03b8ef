"""The inbox: every notice once, newest last, and none of them gone."""

import json
from collections.abc import Callable

import boto3
import pytest

from cli import notices, queue
from cli.account import Account

Deploy = Callable[[dict[str, str]], Account]


@pytest.fixture
def account(deploy: Deploy, session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr(queue, "_WAIT_SECONDS", 0)
    inbox = session.client("sqs").create_queue(QueueName="inbox")
    return deploy({"InboxQueueUrl": inbox["QueueUrl"]})


def deliver(
    account: Account, number: int, *, run_id: str = "films-0123456789", outcome: str = "live"
) -> None:
    body = {
        "MessageId": f"m{number}",
        "Timestamp": f"2026-11-22T10:00:{number:02d}.000Z",
        "Subject": f"Subject {number}",
        "Message": "It is live.",
        "MessageAttributes": {
            "run_id": {"Type": "String", "Value": run_id},
            "outcome": {"Type": "String", "Value": outcome},
        },
    }
    account.client("sqs").send_message(
        QueueUrl=account.outputs["InboxQueueUrl"], MessageBody=json.dumps(body)
    )


def test_more_than_one_batch_is_read_newest_last(account: Account) -> None:
    for number in (13, 2, 7, *range(20, 30)):
        deliver(account, number)

    assert [notice.message_id for notice in notices.read_inbox(account)] == [
        "m2",
        "m7",
        "m13",
        *(f"m{number}" for number in range(20, 30)),
    ]


def test_a_message_delivered_twice_is_shown_once(account: Account) -> None:
    deliver(account, 1)
    deliver(account, 1)

    assert len(notices.read_inbox(account)) == 1


def test_reading_leaves_the_messages_for_the_next_reader(account: Account) -> None:
    deliver(account, 1)

    assert notices.read_inbox(account) == notices.read_inbox(account) != []


def test_the_notice_awaited_is_the_one_of_that_run_and_outcome(account: Account) -> None:
    deliver(account, 1, outcome="duplicate")
    deliver(account, 2)
    deliver(account, 3, run_id="other-0123456789")

    found = notices.await_notice(account, "films-0123456789", "live", patience=1)

    assert found is not None
    assert found.message_id == "m2"


def test_a_notice_that_never_arrives_is_none(account: Account) -> None:
    assert notices.await_notice(account, "films-0123456789", "live", patience=0) is None


def test_an_alarm_is_told_in_its_words(account: Account) -> None:
    alarm = {"AlarmName": "x", "AlarmDescription": "Look there.", "NewStateReason": "1 datapoint"}
    body = {"MessageId": "m1", "Timestamp": "2026-11-22T10:00:00.000Z", "Message": json.dumps(alarm)}
    account.client("sqs").send_message(
        QueueUrl=account.outputs["InboxQueueUrl"], MessageBody=json.dumps(body)
    )

    assert notices.read_inbox(account)[0].text == "Look there.\n\nWhy: 1 datapoint"
