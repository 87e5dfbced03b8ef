"""`marquee upload FILE`: drop a file in the raw bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.account import account_of
from cli.following import follow, summary
from cli.hints import typeable
from cli.uploading import start_run
from cli.views import run_timeline
from marquee.ledger import Stage

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Upload; with --wait, follow the run and fail if it does not go live."""
    with account_of(arguments) as account:
        run_id, address = start_run(account, arguments.file, terminal)
        if not arguments.wait:
            text = f"{address} is run {run_id}; follow it with `marquee runs {run_id}`."
            terminal.show({"run_id": run_id, "upload": address}, typeable(arguments, text))
            return 0
        try:
            ended = follow(account.ledger(), run_id, terminal)
        except KeyboardInterrupt:
            terminal.note(typeable(arguments, f"The run goes on without you: `marquee runs {run_id}`."))
            raise
        terminal.show(summary(ended), lambda: run_timeline(ended))
        return 0 if ended.stage == Stage.LIVE else 1
