"""Lambda's way to the queue of failed events: asked under each function's role, after its last try."""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from chaos.permissions.grants import Grant
from chaos.permissions.letters import letters
from chaos.permissions.traveller import Traveller
from chaos.permissions.verdicts import Killed

_PATIENCE = 120.0
"""Seconds in which three tries of every function are over, on a busy machine too."""
_AGAIN_SECONDS = 8.0


def destinations(traveller: Traveller, grants: list[Grant]) -> Iterator[Killed]:
    """Let every function with a destination fail, with and without the right to send what it failed on."""
    sending = {grant.role: grant for grant in grants if grant.action == "sqs:SendMessage"}
    functions = {name: sending[role] for name, role in _functions(traveller).items() if role in sending}
    with _broken(traveller, list(functions)):
        usually = _fail(traveller, list(functions), lambda arrived: arrived)
        removed = [grant.as_json() for grant in functions.values()]
        traveller.stage.cloud.control("permissions", {"remove": removed})
        try:
            arrived = _fail(traveller, list(functions), lambda _: _denied(traveller, functions))
        finally:
            traveller.stage.cloud.control("permissions", {"give_back": True})
    missed = (usually & _denied(traveller, functions)) - arrived
    for name, grant in functions.items():
        lost = "the failed event is in no queue" if name in missed else ""
        yield Killed((grant,), f"{name} fails on every try", lost)


def _denied(traveller: Traveller, functions: Mapping[str, Grant]) -> set[str]:
    """The functions for which Lambda was not let send; it does not try again."""
    asked = traveller.stage.cloud.control("permissions", {"asked": "sqs:SendMessage"})
    roles = {decision["role"] for decision in asked if not decision["allowed"]}
    return {name for name, grant in functions.items() if grant.role in roles}


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


def _fail(traveller: Traveller, names: list[str], through: Callable[[set[str]], set[str]]) -> set[str]:
    """Have each of them fail; those whose event is on the queue once all are `through`, or after a while.

    Who is not through yet is asked again: a function that worked meanwhile was still as it was before.
    """
    mark = uuid.uuid4().hex
    arrived, asked = set[str](), 0.0

    def look() -> bool | None:
        nonlocal asked
        for letter in letters(traveller, "failed-events"):
            if mark in letter.body:
                arrived.add(json.loads(letter.body)["requestContext"]["functionArn"].split(":")[6])
        waiting = set(names) - through(arrived)
        if waiting and time.monotonic() - asked > _AGAIN_SECONDS:
            _invoke(traveller, waiting, mark)
            asked = time.monotonic()
        return not waiting or None

    traveller.soon(look, _PATIENCE)
    return arrived


def _invoke(traveller: Traveller, names: set[str], mark: str) -> None:
    payload = json.dumps({"mark": mark}).encode()
    for name in sorted(names):
        traveller.stage.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=payload)
