"""Lambda's way to the queue of failed events: asked under each function's role, after its last try."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chaos.permissions.grants import Grant
from chaos.permissions.letters import letters
from chaos.permissions.traveller import Traveller
from chaos.permissions.verdicts import Killed

_PATIENCE = 25.0
"""Seconds in which three tries of every function are over."""


def destinations(traveller: Traveller, grants: list[Grant]) -> Iterator[Killed]:
    """Let every function with a destination fail, with and without the right to send what it failed on."""
    sending = {grant.role: grant for grant in grants if grant.action == "sqs:SendMessage"}
    functions = {name: sending[role] for name, role in _functions(traveller).items() if role in sending}
    with _broken(traveller, list(functions)):
        usually = _fail(traveller, list(functions), lambda arrived: set(functions) <= arrived)
        removed = [grant.as_json() for grant in functions.values()]
        traveller.stage.cloud.control("permissions", {"remove": removed})
        try:
            roles = {grant.role for grant in functions.values()}
            arrived = _fail(traveller, list(functions), lambda _: roles <= _denied(traveller))
        finally:
            traveller.stage.cloud.control("permissions", {"give_back": True})
    denied = _denied(traveller)
    for name, grant in functions.items():
        lost = "the failed event is in no queue" if name in usually - arrived and grant.role in denied else ""
        yield Killed((grant,), f"{name} fails on every try", lost)


def _denied(traveller: Traveller) -> set[str]:
    """The roles under which Lambda was not let send; it does not try again."""
    asked = traveller.stage.cloud.control("permissions", {"asked": "sqs:SendMessage"})
    return {decision["role"] for decision in asked if not decision["allowed"]}


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

    def look() -> bool | None:
        for letter in letters(traveller, "failed-events"):
            if mark in letter.body:
                arrived.add(json.loads(letter.body)["requestContext"]["functionArn"].split(":")[6])
        return done(arrived) or None

    traveller.soon(look, _PATIENCE)
    return arrived
