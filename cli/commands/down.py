"""`marquee down`: stop the local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.bringing_up import stop
from cli.commands.up import require_local

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Stop the cloud and everything it started; it is no error if none runs."""
    require_local(arguments, "down")
    stopped = stop(arguments.state, terminal)
    text = "Stopped." if stopped else f"No local cloud runs with the state folder {arguments.state}."
    terminal.show({"stopped": stopped, "state": str(arguments.state)}, text)
    return 0
