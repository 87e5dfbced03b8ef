"""Who may send to the topic and the queues, by their own policies: each statement is taken away by itself."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from chaos.permissions.letters import letters
from chaos.permissions.rules import hops_of, without_statements
from chaos.permissions.traveller import Traveller
from chaos.permissions.verdicts import Mutant, Verdict
from cli.notices import read_inbox

Send = Callable[[Traveller, str], None]
"""Sends something that has a mark in it."""
Diversion = Callable[[Traveller], AbstractContextManager[None]]
"""Makes something take another way meanwhile."""
_QUIET_SECONDS = 4.0
"""Within which everything here arrives that arrives at all."""


@dataclass(frozen=True)
class Holder:
    """A queue or the topic that holds a policy, by its name without the stage's prefix."""

    name: str

    def read(self, traveller: Traveller) -> dict[str, Any]:
        """Its policy."""
        if self.name == "notices":
            found = _sns(traveller).get_topic_attributes(TopicArn=_topic(traveller))["Attributes"]
        else:
            url = _url(traveller, self.name)
            found = _sqs(traveller).get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])[
                "Attributes"
            ]
        return dict(json.loads(found["Policy"]))

    def write(self, traveller: Traveller, policy: dict[str, Any]) -> None:
        """Replace its policy."""
        text = json.dumps(policy)
        if self.name == "notices":
            topic = _topic(traveller)
            _sns(traveller).set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=text)
        else:
            url = _url(traveller, self.name)
            _sqs(traveller).set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})


INBOX, UNDELIVERED, TOPIC = Holder("inbox"), Holder("undelivered-events"), Holder("notices")


@dataclass(frozen=True)
class Hop:
    """One statement, and what is sent over the hop that it permits."""

    holder: Holder
    sid: str
    what: str
    """What is sent, in words."""
    send: Send
    elsewhere: str
    """Where it lies without the statement; "" if it is missed."""
    diverted: Diversion = lambda _: nullcontext()
    """What makes that which is sent take the way in question."""


def resource_policies(traveller: Traveller) -> Iterator[Verdict]:
    """Every statement that lets a service send, but the budget's: nobody here counts dollars."""
    inbox = (INBOX, "Notices")
    for hop in (
        Hop(*inbox, "a notice", _publish, "a dead letter of SNS's"),
        Hop(UNDELIVERED, "Notices", "a notice the inbox refuses", _publish, "", _inbox_refuses),
        Hop(TOPIC, "Alarms", "an alarm that rings", _ring, ""),
        Hop(UNDELIVERED, "Rules", "a crawl that fails, unheard", _fail_a_crawl, "", _function_refuses),
    ):
        yield _tried(traveller, hop)


def _tried(traveller: Traveller, hop: Hop) -> Verdict:
    """What is sent must arrive with the statement, and without it be a dead letter or missed."""
    with ExitStack() as stack:
        stack.enter_context(hop.diverted(traveller))
        usually = _sent(traveller, hop.send)
        stack.enter_context(_without(traveller, hop.holder, hop.sid))
        found = _sent(traveller, hop.send)
    mutant = Mutant(f"policy of {hop.holder.name}", hop.sid, "Statement", frozenset())
    if usually and found == ("letter" if hop.elsewhere else ""):
        return Verdict(mutant, hop.what, hop.elsewhere or "it arrives nowhere")
    return Verdict(mutant, hop.what, why=f"with it: {usually or 'lost'}, without: {found or 'lost'}")


def _sent(traveller: Traveller, send: Send) -> str:
    """Send something with a mark; "inbox" or "letter", where it came to, "" if nowhere."""
    mark = uuid.uuid4().hex
    send(traveller, mark)

    def look() -> str | None:
        if any(mark in notice.text for notice in read_inbox(traveller.stage.account)):
            return "inbox"
        return "letter" if any(mark in one.body for one in letters(traveller, UNDELIVERED.name)) else None

    return traveller.soon(look, _QUIET_SECONDS) or ""


def _publish(traveller: Traveller, mark: str) -> None:
    _sns(traveller).publish(TopicArn=_topic(traveller), Subject="Marquee: a probe", Message=mark)


def _ring(traveller: Traveller, mark: str) -> None:
    cloudwatch, name = (
        traveller.stage.client("cloudwatch"),
        f"marquee-{traveller.stage.account.stage}-failed-events",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="before a probe")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason=mark)


def _fail_a_crawl(traveller: Traveller, mark: str) -> None:
    name = traveller.stage.account.outputs["RawCrawlerName"]
    detail = {"crawlerName": name, "state": "Failed", "errorMessage": mark}
    event = {"source": "aws.glue", "detail_type": "Glue Crawler State Change", "detail": detail}
    traveller.stage.cloud.control("emit", event)


def _inbox_refuses(traveller: Traveller) -> AbstractContextManager[None]:
    return _without(traveller, INBOX, "Notices")


def _function_refuses(traveller: Traveller) -> AbstractContextManager[None]:
    failed = [hop for hop in hops_of(traveller) if hop.rule["Name"].endswith("-crawl-failed")]
    return without_statements(traveller, failed)


@contextmanager
def _without(traveller: Traveller, holder: Holder, sid: str) -> Iterator[None]:
    policy = holder.read(traveller)
    left = [statement for statement in policy["Statement"] if statement["Sid"] != sid]
    holder.write(traveller, {**policy, "Statement": left})
    try:
        yield
    finally:
        holder.write(traveller, policy)


def _sns(traveller: Traveller) -> Any:
    return traveller.stage.client("sns")


def _sqs(traveller: Traveller) -> Any:
    return traveller.stage.client("sqs")


def _topic(traveller: Traveller) -> str:
    return str(traveller.stage.account.outputs["NoticesTopicArn"])


def _url(traveller: Traveller, queue: str) -> str:
    name = f"marquee-{traveller.stage.account.stage}-{queue}"
    return str(_sqs(traveller).get_queue_url(QueueName=name)["QueueUrl"])
