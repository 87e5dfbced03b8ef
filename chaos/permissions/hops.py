"""What lets one service call another: policies of functions, queues and the topic, and Lambda's destinations.

Each of these is asked for by a service, not by a role's own work, so each is taken away by itself while
something is sent over the hop; what does not arrive must be somewhere else, or be missed.
"""

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from chaos.permissions.grants import Grant, listed
from chaos.permissions.traveller import Traveller
from chaos.permissions.verdicts import Killed, Mutant, Verdict

_QUIET_SECONDS = 10.0
"""How long a message is waited for that should come in a moment."""


def destinations(traveller: Traveller, grants: list[Grant]) -> Iterator[Killed]:
    """Let every function with a destination fail, with and without the right to send what it failed on."""
    sending = {grant.role: grant for grant in grants if grant.action == "sqs:SendMessage"}
    functions = {name: sending[role] for name, role in _functions(traveller).items() if role in sending}
    with _broken(traveller, list(functions)):
        usually = _fail(traveller, list(functions), lambda arrived: set(functions) <= arrived)
        removed = [grant.as_json() for grant in functions.values()]
        traveller.stage.cloud.control("permissions", {"remove": removed})
        try:
            arrived = _fail(traveller, list(functions), lambda _: False)
        finally:
            traveller.stage.cloud.control("permissions", {"give_back": True})
    for name, grant in functions.items():
        lost = "the failed event is in no queue" if name in usually - arrived else ""
        yield Killed((grant,), f"{name} fails on every try", lost)


def rules(traveller: Traveller) -> Iterator[Verdict]:
    """Send every rule's event while its function refuses it: EventBridge must put it on the queue."""
    functions = traveller.stage.client("lambda")
    events = traveller.stage.client("events")
    for rule in events.list_rules(NamePrefix=f"marquee-{traveller.stage.account.stage}-")["Rules"]:
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            if ":function:" in target["Arn"] and "EventPattern" in rule:
                for statement in _statements(functions, target["Arn"], rule["Arn"]):
                    yield _without_statement(traveller, rule, target["Arn"], statement)


def _without_statement(
    traveller: Traveller, rule: Mapping[str, Any], function: str, statement: Mapping[str, Any]
) -> Verdict:
    functions = traveller.stage.client("lambda")
    functions.remove_permission(FunctionName=function, StatementId=statement["Sid"])
    try:
        mark = _put_event(traveller, json.loads(rule["EventPattern"]))
        buried = _arrives(traveller, "UndeliveredEvents", lambda body: mark in body)
    finally:
        functions.add_permission(
            FunctionName=function,
            StatementId=statement["Sid"],
            Action=statement["Action"],
            Principal=statement["Principal"]["Service"],
            SourceArn=rule["Arn"],
        )
    name = function.rpartition(":")[2]
    mutant = Mutant(f"policy of {name}", statement["Sid"], statement["Action"], frozenset())
    noticed = "a dead letter of EventBridge's" if buried else ""
    return Verdict(mutant, f"event for {rule['Name']}", noticed, "" if buried else "the event arrived anyway")


def _statements(functions: Any, function: str, rule: str) -> list[Mapping[str, Any]]:
    policy = json.loads(functions.get_policy(FunctionName=function)["Policy"])
    return [one for one in listed(policy["Statement"]) if rule in json.dumps(one.get("Condition", {}))]


def _put_event(traveller: Traveller, pattern: Mapping[str, Any]) -> str:
    """Put an event on the bus that the pattern matches; gives a mark that is in it."""
    mark = uuid.uuid4().hex
    detail = {**_matching(pattern.get("detail", {})), "mark": mark}
    event = {"source": pattern["source"][0], "detail_type": pattern["detail-type"][0], "detail": detail}
    traveller.stage.cloud.control("emit", event)
    return mark


def _matching(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest content that a pattern of values and prefixes matches."""
    return {
        name: _matching(wanted) if isinstance(wanted, Mapping) else _value(wanted[0])
        for name, wanted in pattern.items()
    }


def _value(wanted: Any) -> Any:
    return f"{wanted['prefix']}probe" if isinstance(wanted, Mapping) and "prefix" in wanted else wanted


def _functions(traveller: Traveller) -> dict[str, str]:
    """Name and role of every function."""
    pages = traveller.stage.client("lambda").get_paginator("list_functions").paginate()
    return {
        one["FunctionName"]: one["Role"].rsplit("/", 1)[-1] for page in pages for one in page["Functions"]
    }


@contextmanager
def _broken(traveller: Traveller, names: list[str]) -> Iterator[None]:
    """Functions that fail on whatever they get."""
    functions = traveller.stage.client("lambda")
    for name in names:
        functions.update_function_configuration(FunctionName=name, Handler="app.nothing_of_that_name")
    try:
        yield
    finally:
        for name in names:
            functions.update_function_configuration(FunctionName=name, Handler="app.handler")


def _fail(traveller: Traveller, names: list[str], done: Callable[[set[str]], bool]) -> set[str]:
    """Have each of them fail; those whose event is on the queue after a while, or once it is `done`."""
    mark = uuid.uuid4().hex
    for name in names:
        payload = json.dumps({"mark": mark}).encode()
        traveller.stage.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=payload)
    arrived: set[str] = set()

    def take(body: str) -> bool:
        if mark in body:
            arrived.add(json.loads(body)["requestContext"]["functionArn"].split(":")[6])
        return done(arrived)

    _arrives(traveller, "FailedEvents", take, patience=25.0)
    return arrived


def _arrives(
    traveller: Traveller, queue: str, wanted: Callable[[str], bool], patience: float = _QUIET_SECONDS
) -> bool:
    """Whether a wanted message comes to a queue; what is read is taken from it."""
    sqs, name = traveller.stage.client("sqs"), _QUEUES[queue].format(traveller.stage.account.stage)
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def look() -> bool | None:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        for message in received.get("Messages", []):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            if wanted(message["Body"]):
                return True
        return None

    return traveller.soon(look, patience) is not None


_QUEUES = {"UndeliveredEvents": "marquee-{}-undelivered-events", "FailedEvents": "marquee-{}-failed-events"}
