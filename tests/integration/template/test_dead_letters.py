"""A letter that nobody took rings, is told in words, and ends as it should once it is sent again."""

import argparse
import json
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest

from cli.account import Account
from cli.commands import dead_letters, redrive
from cli.notices import read_inbox
from cli.terminal import Terminal
from marquee.ledger import RunNotFound
from tests.integration.template.conftest import Project

pytestmark = pytest.mark.timeout(600)
FUNCTION = "marquee-local-receive-upload"
ALARM = "marquee-local-undelivered-events"
Found = TypeVar("Found")


def options(**given: Any) -> argparse.Namespace:
    """What the command line would hand over."""
    usual = {"stage": "local", "state": Path(".marquee"), "letter": [], "all": False, "discard": False}
    return argparse.Namespace(**{**usual, **given})


@pytest.fixture
def account(deployed: Project, monkeypatch: pytest.MonkeyPatch) -> Account:
    config = deployed.cloud.config
    session = boto3.Session(config.access_key, config.secret_key, region_name=config.region)
    account = Account("local", session, deployed.cloud.endpoint_url)
    for module in (dead_letters, redrive):
        monkeypatch.setattr(f"{module.__name__}.account_of", lambda _: nullcontext(account))
    return account


def awaited(look: Callable[[], Found], patience: float = 60.0) -> Found:
    deadline = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.3)
    return found


def letters(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert dead_letters.run(options(), Terminal(True)) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def forbid(account: Account) -> dict[str, Any]:
    """Take EventBridge's leave to invoke the function; gives what is needed to give it back."""
    functions = account.client("lambda")
    policy = json.loads(functions.get_policy(FunctionName=FUNCTION)["Policy"])
    (statement,) = [s for s in policy["Statement"] if "events.amazonaws.com" in str(s["Principal"])]
    functions.remove_permission(FunctionName=FUNCTION, StatementId=statement["Sid"])
    return {
        "FunctionName": FUNCTION,
        "StatementId": statement["Sid"],
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": statement["Condition"]["ArnLike"]["AWS:SourceArn"],
    }


def state_of(account: Account, alarm: str) -> str:
    (found,) = account.client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    return str(found["StateValue"])


def test_an_upload_nobody_heard_of_rings_and_becomes_a_run_when_it_is_sent_again(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    # given an upload whose event EventBridge may not hand over
    leave = forbid(account)
    bucket = account.outputs["RawBucketName"]
    account.client("s3").put_object(Bucket=bucket, Key="raw/unheard.csv", Body=b"a,b\n1,2\n")

    # then the letter says what, for whom and why, and the alarm has told so
    (letter,) = awaited(lambda: letters(capsys))
    assert letter["what"] == "Object Created: raw/unheard.csv"
    assert letter["error"].startswith("NO_PERMISSIONS")
    assert (letter["target"].rpartition(":")[2], letter["run_stage"]) == (FUNCTION, "")
    awaited(lambda: state_of(account, ALARM) == "ALARM")
    rung = awaited(lambda: [notice for notice in read_inbox(account) if ALARM in notice.subject])
    assert "marquee dead-letters" in rung[0].text

    # when the cause is gone and it is sent again, twice
    account.client("lambda").add_permission(**leave)
    assert redrive.run(options(letter=[letter["id"][:8]]), Terminal(True)) == 0
    assert redrive.run(options(all=True), Terminal(True)) == 0

    # then the upload is a run, the queue is empty, and the alarm is over by itself
    run = awaited(lambda: _ended(account, letter["run_id"]))
    assert run.facts["outcome"] == "refused"
    assert letters(capsys) == []
    awaited(lambda: state_of(account, ALARM) == "OK", patience=120.0)


def test_a_notice_that_the_inbox_refuses_is_a_letter_and_comes_once_it_is_sent_again(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    # given an inbox that takes nothing from SNS
    queues, inbox = account.client("sqs"), account.outputs["InboxQueueUrl"]
    policy = queues.get_queue_attributes(QueueUrl=inbox, AttributeNames=["Policy"])["Attributes"]
    queues.set_queue_attributes(QueueUrl=inbox, Attributes={"Policy": ""})
    topic = account.outputs["NoticesTopicArn"]
    account.client("sns").publish(TopicArn=topic, Subject="Marquee: lost?", Message="Am I lost?")

    (letter,) = awaited(lambda: [one for one in letters(capsys) if "lost?" in one["what"]])
    queues.set_queue_attributes(QueueUrl=inbox, Attributes=policy)
    assert redrive.run(options(letter=[letter["id"]]), Terminal(True)) == 0

    assert [notice.text for notice in read_inbox(account) if notice.subject == "Marquee: lost?"] == [
        "Am I lost?"
    ]
    # The alarm of the letter was refused meanwhile, and is one itself.
    assert letter["id"] not in [one["id"] for one in letters(capsys)]
    assert redrive.run(options(all=True), Terminal(True)) == 0


def _ended(account: Account, run_id: str) -> Any:
    try:
        run = account.ledger().get(run_id)
    except RunNotFound:
        return None
    return run if run.ended else None
