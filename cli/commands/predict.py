"""`marquee predict TEXT...`: ask the function URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.account import account_of
from cli.function_url import predict
from cli.views import predictions_table

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show what the live model says about each text."""
    with account_of(arguments) as account:
        answer = predict(account, arguments.text, arguments.explain)
        terminal.show(answer, lambda: predictions_table(arguments.text, answer))
        return 0
