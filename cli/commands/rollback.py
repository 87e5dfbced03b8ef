"""`marquee rollback [VERSION]`: bring an earlier champion back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.account import account_of
from cli.changing import changed
from cli.errors import CommandError
from cli.views import versions_table
from marquee.releases.champions import before, kept

if TYPE_CHECKING:
    import argparse

    from cli.terminal import Terminal
    from marquee.ledger import Champion


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """List what can be brought back, or bring one back and wait until it answers."""
    with account_of(arguments) as account:
        champion = account.ledger().champion()
        if champion is None:
            raise CommandError("No model has gone live yet.", "`marquee upload FILE` starts one.")
        if arguments.list:
            terminal.show(
                [_summary(one, champion) for one in kept(champion)], lambda: versions_table(champion)
            )
            return 0
        version = arguments.version or _before(champion)
        function = account.outputs["RollBackFunctionName"]
        title = f"Bringing version {version} back"
        answer = changed(account, function, {"version": version}, terminal, title)
        terminal.show(answer, f"Version {version} answers.")
        return 0


def _before(champion: Champion) -> str:
    target = before(champion)
    if target is None:
        raise CommandError(
            f"Before version {champion.version} there is none that was not rolled back from.",
            "`marquee rollback --list` shows what there is; name the version you want.",
        )
    return target.version


def _summary(one: Champion, champion: Champion) -> dict[str, Any]:
    return {
        "version": one.version,
        "run_id": one.run_id,
        "accuracy": one.accuracy,
        "since": one.since,
        "answers": one is champion,
        "withdrawn": one.withdrawn,
    }
