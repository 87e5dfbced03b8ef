"""`marquee open`: the page."""

from __future__ import annotations

import webbrowser
from typing import TYPE_CHECKING

from cli.account import account_of

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Print the page's address, and open it where there is a browser and a person."""
    with account_of(arguments) as account:
        address = account.address
        terminal.show({"url": address}, address)
        if not terminal.as_json and terminal.progress.is_terminal and not webbrowser.open(address):
            terminal.note("No browser was found here: open the address in one.")
        return 0
