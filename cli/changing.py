"""A change of the endpoint that is asked for again and again until it is done."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from cli.errors import CommandError

if TYPE_CHECKING:
    from cli.account import Account
    from cli.terminal import Terminal

_PAUSE_SECONDS = 3.0
_PATIENCE_SECONDS = 3600.0
# What a step raises that is to be asked again: another call took the same step, or a service is busy.
_PASSING = ("ChampionMoved", "Throttled")


class NotNow(CommandError):
    """A refusal of this moment; the next call may be taken."""


def invoke(account: Account, function: str, payload: dict[str, Any]) -> dict[str, Any]:
    """What a function answers; a CommandError with its own words if it refuses, NotNow if for the moment."""
    answer = account.client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload))
    content: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        reason = content.get("errorMessage", "the function gave no reason")
        refusal = NotNow if content.get("errorType") in _PASSING else CommandError
        raise refusal(f"Nothing was changed: {reason}.")
    return content


def changed(
    account: Account, function: str, payload: dict[str, Any], terminal: Terminal, title: str
) -> dict[str, Any]:
    """Ask for a change until it is done; a CommandError if it fails or takes too long."""
    until = time.monotonic() + _PATIENCE_SECONDS
    with terminal.step(title) as tell:
        while (step := _step(account, function, payload))["status"] not in ("done", "failed"):
            tell(step["reason"] or "the endpoint is on its way")
            if time.monotonic() > until:
                raise CommandError("It is not done after an hour.", "The reconciler goes on with it.")
            time.sleep(_PAUSE_SECONDS)
    if step["status"] == "failed":
        raise CommandError(step["reason"], "`marquee inbox` has the notices.")
    return step


def _step(account: Account, function: str, payload: dict[str, Any]) -> dict[str, Any]:
    try:
        return invoke(account, function, payload)
    except NotNow as refusal:
        return {"status": "waiting", "reason": refusal.message}
