"""`python -m chaos.permissions [--quick | --only JOURNEY ...]`: every permission, and who missed it."""

import argparse
import sys

from rich.table import Table

from chaos.permissions.itinerary import JOURNEYS, QUICK, named
from chaos.permissions.subject import in_a_stage
from chaos.permissions.verdicts import Verdict
from cli.terminal import Terminal


def main() -> int:
    """Print the table, survivors first; 1 if there is one, or a journey went wrong."""
    parser = argparse.ArgumentParser(prog="python -m chaos.permissions", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three journeys; no service's own roles")
    names = [journey.__name__ for journey in JOURNEYS]
    parser.add_argument("--only", nargs="+", choices=names, metavar="JOURNEY", help="; ".join(names))
    parser.add_argument("--json", action="store_true", help="the table as JSON")
    arguments = parser.parse_args()
    terminal = Terminal(arguments.json)
    with in_a_stage(terminal) as trials:
        quick = arguments.quick or bool(arguments.only)
        wanted = named(arguments.only) if arguments.only else QUICK if arguments.quick else JOURNEYS
        found = sorted(trials.run(wanted, quick), key=_survivors_first)
    terminal.show([_plain(one) for one in found], lambda: _table(found))
    for sentence in trials.broken:
        terminal.note(f"✘ {sentence}")
    survivors = sum(not one.killed for one in found)
    terminal.note(f"{len(found)} could be removed; {survivors} of them nobody would miss.")
    return int(bool(trials.broken or (survivors and not quick)))


def _survivors_first(one: Verdict) -> tuple[bool, str, str, str]:
    return one.killed, one.mutant.role, one.mutant.statement, one.mutant.removed


def _plain(one: Verdict) -> dict[str, str]:
    mutant = one.mutant
    where = {"role": mutant.role, "statement": mutant.statement, "removed": mutant.removed}
    return {**where, "scenario": one.scenario, "noticed": one.noticed, "why": one.why}


def _table(found: list[Verdict]) -> Table:
    table = Table("role", "statement", "removed", "scenario", "noticed")
    for one in found:
        mutant = one.mutant
        noticed = one.noticed or f"NOBODY: {one.why}"
        table.add_row(mutant.role, mutant.statement, mutant.removed, one.scenario, noticed)
    return table


if __name__ == "__main__":
    sys.exit(main())
