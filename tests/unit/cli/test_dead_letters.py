"""Dead letters: shown in words and left where they are; sent again once, and deleted when they were taken."""

import argparse
import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import boto3
import pytest

from cli import queue
from cli.account import Account
from cli.commands import dead_letters, redrive
from cli.dead_letters.desk import desk
from cli.dead_letters.letters import Letter
from cli.dead_letters.reports import Report
from cli.errors import CommandError
from cli.terminal import Terminal
from marquee.batches import BatchLedger
from marquee.ledger import Ledger, RunNotFound, Stage

EVENTS = Path(__file__).parents[3] / "events"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:marquee-dev-receive-upload"
TOPIC = "arn:aws:sns:us-east-1:123456789012:marquee-dev-notices"
Deploy = Callable[[dict[str, str]], Account]


def golden(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


@pytest.fixture
def account(deploy: Deploy, session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr(queue, "_WAIT_SECONDS", 0)
    monkeypatch.setattr(Ledger, "get", _unknown)
    monkeypatch.setattr(BatchLedger, "get", _unknown)
    sqs = session.client("sqs")
    names = {"UndeliveredEventsUrl": "undelivered", "FailedEventsUrl": "failed", "InboxQueueUrl": "inbox"}
    outputs = {key: sqs.create_queue(QueueName=name)["QueueUrl"] for key, name in names.items()}
    account = deploy({**outputs, "LedgerTableName": "marquee-dev-ledger"})
    for module in (dead_letters, redrive):
        monkeypatch.setattr(module, "account_of", lambda _: nullcontext(account))
    return account


def _unknown(_: object, run_id: str) -> Any:
    raise RunNotFound(run_id)


@pytest.fixture
def invoked(account: Account, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What functions were handed; moto would need Docker to run one."""
    taken: list[dict[str, Any]] = []

    class Functions:
        def invoke(self, **call: Any) -> None:
            taken.append(call)

    made = Account.client
    monkeypatch.setattr(
        Account, "client", lambda self, name: Functions() if name == "lambda" else made(self, name)
    )
    return taken


def put(account: Account, output: str, body: object, attributes: dict[str, str] | None = None) -> str:
    typed = {k: {"DataType": "String", "StringValue": v} for k, v in (attributes or {}).items()}
    text = body if isinstance(body, str) else json.dumps(body)
    sent = account.client("sqs").send_message(
        QueueUrl=account.outputs[output], MessageBody=text, MessageAttributes=typed
    )
    return str(sent["MessageId"])


def undelivered(account: Account, event: object, target: str = FUNCTION) -> str:
    attributes = {
        "RULE_ARN": "arn:aws:events:us-east-1:123456789012:rule/marquee-dev-uploaded",
        "TARGET_ARN": target,
        "ERROR_CODE": "NO_PERMISSIONS",
        "ERROR_MESSAGE": "not authorized",
        "RETRY_ATTEMPTS": "0",
    }
    return put(account, "UndeliveredEventsUrl", event, attributes)


def failed(account: Account, event: object) -> str:
    record = {
        "version": "1.0",
        "requestContext": {
            "functionArn": f"{FUNCTION}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": event,
        "responsePayload": {"errorType": "UnreadableEvent", "errorMessage": "no object.key"},
    }
    return put(account, "FailedEventsUrl", record)


def left(account: Account) -> list[Letter]:
    with desk(account) as open_desk:
        return list(open_desk.letters())


def run(*ids: str, every: bool = False, discard: bool = False, json: bool = True) -> int:
    arguments = argparse.Namespace(
        letter=list(ids), all=every, discard=discard, stage="dev", state=Path(".marquee"), json=json
    )
    return redrive.run(arguments, Terminal(json))


def test_a_letter_tells_what_of_which_run_for_whom_why_and_how_often(account: Account) -> None:
    event = golden("s3_raw_object_created")
    undelivered(account, event)
    failed(account, event)

    first, second = (Report.of(letter, account) for letter in left(account))

    key = event["detail"]["object"]["key"]
    assert first.what == second.what == f"Object Created: {key}"
    assert first.run_id == second.run_id != ""
    assert (first.letter.function, first.letter.error, first.letter.tries) == (
        "marquee-dev-receive-upload",
        "NO_PERMISSIONS: not authorized",
        1,
    )
    assert (second.letter.target, second.letter.error, second.letter.tries) == (
        FUNCTION,
        "UnreadableEvent: no object.key",
        3,
    )


def test_an_ended_run_needs_its_letter_no_more(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ledger, "get", lambda *_: argparse.Namespace(stage=Stage.LIVE))
    failed(account, {"run_id": "films-0123456789", "attempt_id": "films-0123456789"})
    (letter,) = left(account)
    assert "has ended without it" in Report.of(letter, account).advice


def test_showing_leaves_them_where_they_are(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    undelivered(account, golden("glue_job_succeeded"))
    arguments = argparse.Namespace(stage="dev", state=Path(".marquee"), json=True)

    for _ in range(2):
        assert dead_letters.run(arguments, Terminal(True)) == 0
        (shown,) = json.loads(capsys.readouterr().out)
        assert shown["what"].startswith("Glue Job State Change: jr_")
    assert dead_letters.run(arguments, Terminal()) == 0
    assert "NO_PERMISSIONS: not authorized" in capsys.readouterr().out


def test_a_name_starts_no_line_of_its_own_and_moves_no_cursor(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    undelivered(
        account,
        {"detail-type": "Object Created", "detail": {"object": {"key": "raw/a\n  next  \x1b[2Jsend money"}}},
    )

    dead_letters.run(argparse.Namespace(stage="dev", state=Path(".marquee"), json=False), Terminal())

    shown = capsys.readouterr().out
    assert "\x1b[2J" not in shown
    assert len([line for line in shown.splitlines() if line.startswith("  next")]) == 1


def test_all_go_to_whom_they_were_for_and_then_are_gone(
    account: Account, invoked: list[dict[str, Any]]
) -> None:
    event = golden("s3_raw_object_created")
    undelivered(account, event)
    failed(account, event)

    assert run(every=True) == 0

    assert [(call["FunctionName"], call["InvocationType"]) for call in invoked] == [(FUNCTION, "Event")] * 2
    assert [json.loads(call["Payload"]) for call in invoked] == [event] * 2
    assert left(account) == []
    assert run(every=True) == 0
    assert len(invoked) == 2


def test_one_is_chosen_by_the_start_of_its_id(account: Account, invoked: list[dict[str, Any]]) -> None:
    chosen, other = (failed(account, golden("glue_job_succeeded")) for _ in range(2))

    assert run(chosen[:8]) == 0

    assert len(invoked) == 1
    assert [letter.id for letter in left(account)] == [other]


def test_one_that_is_not_taken_stays_and_the_others_go(
    account: Account, invoked: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = undelivered(account, {}, "arn:aws:lambda:us-east-1:123456789012:function:somebody-else")
    gone = undelivered(account, "The crawler failed.", TOPIC)  # no such topic in this account
    failed(account, golden("glue_job_succeeded"))

    assert run(every=True) == 1

    result = json.loads(capsys.readouterr().out)
    assert set(result["failed"]) == {stranger, gone} == {letter.id for letter in left(account)}
    assert "not of stage dev" in result["failed"][stranger]
    assert len(invoked) == len(result["done"]) == 1


def test_what_nobody_can_take_is_deleted_on_demand(account: Account, invoked: list[dict[str, Any]]) -> None:
    letter = put(account, "FailedEventsUrl", "\x1b[2J no letter at all")

    assert run(letter) == 1
    assert run(letter, discard=True) == 0

    assert (left(account), invoked) == ([], [])


def test_a_notice_goes_to_the_queue_that_missed_it_alone(account: Account) -> None:
    sns, sqs = account.client("sns"), account.client("sqs")
    topic = sns.create_topic(Name="marquee-dev-notices")["TopicArn"]
    arn = sqs.get_queue_attributes(QueueUrl=account.outputs["InboxQueueUrl"], AttributeNames=["QueueArn"])
    subscription = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"], ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    notice = {
        "Type": "Notification",
        "TopicArn": topic,
        "Subject": "Marquee: films live",
        "Message": "A new model is live.",
        "UnsubscribeURL": f"https://sns/?Action=Unsubscribe&SubscriptionArn={subscription}",
    }
    put(account, "UndeliveredEventsUrl", notice)

    assert run(every=True) == 0

    (message,) = sqs.receive_message(QueueUrl=account.outputs["InboxQueueUrl"])["Messages"]
    assert json.loads(message["Body"]) == notice
    assert left(account) == []


@pytest.mark.parametrize(("ids", "every"), [((), False), (("a",), True), (("nothing",), False)])
def test_an_unclear_wish_is_refused(account: Account, ids: tuple[str, ...], every: bool) -> None:
    with pytest.raises(CommandError):
        run(*ids, every=every)
