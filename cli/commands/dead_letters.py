"""`marquee dead-letters`: events and notices that nobody took."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cli.account import account_of
from cli.dead_letters.desk import desk
from cli.dead_letters.reports import Report, overview
from cli.hints import typeable

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show every dead letter, oldest first, and leave them where they are."""
    with account_of(arguments) as account:
        with desk(account) as open_desk:
            letters = sorted(open_desk.letters(), key=lambda letter: letter.at)
        reports = [Report.of(letter, account) for letter in letters]
        view = overview(reports, partial(typeable, arguments))
        terminal.show([report.to_json() for report in reports], view)
        return 0
