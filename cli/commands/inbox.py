"""`marquee inbox`: the notices that arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.account import account_of
from cli.notices import read_inbox
from cli.views import inbox_list

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show every notice, newest last, and leave them in the queue."""
    with account_of(arguments) as account:
        notices = read_inbox(account)
        terminal.show(notices, lambda: inbox_list(notices))
        return 0
