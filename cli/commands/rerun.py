"""`marquee rerun RUN`: a new attempt of an ended run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cli.account import account_of
from cli.errors import CommandError
from cli.hints import typeable

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Invoke the function that starts the attempt, and say which it is."""
    with account_of(arguments) as account:
        answer = account.client("lambda").invoke(
            FunctionName=account.outputs["RerunFunctionName"], Payload=json.dumps({"run_id": arguments.run})
        )
        content = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            reason = content.get("errorMessage", "the function gave no reason")
            raise CommandError(typeable(arguments, f"No new attempt: {reason}."))
        text = (
            f"Attempt {content['attempt_id']} has started; follow it with `marquee runs {content['run_id']}`."
        )
        terminal.show(content, typeable(arguments, text))
        return 0
