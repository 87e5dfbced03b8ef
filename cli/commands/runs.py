"""`marquee runs [RUN]`: the runs, or one run's timeline."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from cli.account import account_of
from cli.errors import CommandError
from cli.following import summary
from cli.learning import curves
from cli.timeline import timeline, waiting
from cli.views import run_view, runs_table
from marquee.ledger import RunNotFound

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show the newest runs, or everything about one."""
    with account_of(arguments) as account:
        ledger = account.ledger()
        if arguments.run is None:
            newest = ledger.runs(arguments.limit)
            terminal.show([summary(one) for one in newest], lambda: runs_table(newest))
            return 0
        try:
            found = ledger.get(arguments.run)
        except RunNotFound:
            raise CommandError(
                f"There is no run {arguments.run}.", "`marquee runs` lists those there are."
            ) from None
        moments = [asdict(moment) for moment in timeline(found)]
        history = [asdict(change) for change in found.history]
        metrics = curves(account, found)
        more = {"history": history, "timeline": moments, "waiting": waiting(found), "metrics": metrics}
        terminal.show({**summary(found), **more}, lambda: run_view(found, metrics))
        return 0
