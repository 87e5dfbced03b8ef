"""`marquee faults [PLAN]`: let things go wrong in the local cloud on purpose, and see what was struck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.account import find_cloud
from cli.commands.up import require_local
from cli.errors import CommandError
from cli.fault_plans import follow, planned
from cli.views import strikes_table
from localcloud.faults.plan import Plan

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Follow another plan, if one is given, and show the plan in force and what it has struck."""
    require_local(arguments, "faults")
    plan = Plan() if arguments.clear else planned(arguments.plan)
    cloud = find_cloud(arguments.state)
    if cloud is None:
        raise CommandError("No local cloud runs in this folder.", "`marquee up` starts one.")
    if plan is not None:
        follow(cloud, plan)
    report = cloud.control("faults")
    terminal.show(report, lambda: strikes_table(report))
    return 0
