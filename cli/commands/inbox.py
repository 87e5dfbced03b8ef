"""`marquee inbox`: the notices that arrived."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cli.account import account_of
from cli.hints import typeable
from cli.notices import read_inbox
from cli.views import inbox_list

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Show every notice, newest last, and leave them in the queue."""
    with account_of(arguments) as account:
        found = read_inbox(account)
        notices = [replace(notice, text=typeable(arguments, notice.text)) for notice in found]
        terminal.show(notices, lambda: inbox_list(notices))
        return 0
