"""`marquee traffic [VERSION=PERCENT | --end]`: who answers which part of the requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cli.account import account_of
from cli.changing import changed, invoke
from cli.errors import CommandError
from cli.views import traffic_table

if TYPE_CHECKING:
    import argparse

    from cli.account import Account
    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show the shares, having changed them first if so asked."""
    with account_of(arguments) as account:
        function = account.outputs["ShareTrafficFunctionName"]
        wanted = _wanted(arguments, account)
        if wanted:
            changed(account, function, wanted, terminal, "Sharing the traffic")
        variants = invoke(account, function, {})["variants"]
        terminal.show(variants, lambda: traffic_table(variants))
        return 0


def _wanted(arguments: argparse.Namespace, account: Account) -> dict[str, Any]:
    if arguments.end:
        champion = account.ledger().champion()
        if champion is None or champion.challenger is None:
            raise CommandError("There is no A/B test to end.", "`marquee traffic` shows who answers.")
        return {"version": champion.challenger.version, "percent": 0}
    if arguments.share is None:
        return {}
    match = re.fullmatch(r"(\d+)=(\d{1,2})%?", arguments.share)
    if match is None:
        raise CommandError(
            f"{arguments.share!r} is not VERSION=PERCENT, such as 3=10.",
            "`marquee rollback --list` shows the versions there are.",
        )
    return {"version": match[1], "percent": int(match[2])}
