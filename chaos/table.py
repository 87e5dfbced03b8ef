"""The table of faults: tried, survived, in how many seconds."""

import json
from collections.abc import Sequence

from rich.table import Table

from chaos.rows import Row


def table(rows: Sequence[Row]) -> Table:
    """Return the rows as a person reads them."""
    shown = Table("fault class", "where", "tried", "survived", "seconds", title="Faults tried and survived")
    for column in shown.columns[2:]:
        column.justify = "right"
    for row in rows:
        cells = (row.fault, row.where, str(row.tried), str(row.survived), f"{row.seconds:.0f}")
        shown.add_row(*cells, style=None if row.held else "bold red")
    return shown


def explanations(rows: Sequence[Row]) -> str:
    """Return what the table cannot hold: remarks, and what was not survived, with how to see it again."""
    lines = [f"{row.fault}, {row.where}: {row.remark}" for row in rows if row.remark]
    lost = [row for row in rows if not row.held]
    lines += [f"NOT SURVIVED: {row.fault}, {row.where}{'' if row.tried else ': never tried'}" for row in lost]
    # What broke one wave counts against all its rows: it is told once.
    lines += dict.fromkeys(f"  - {sentence}" for row in lost for sentence in row.failures)
    lines += dict.fromkeys(f"Again: {row.replay}" for row in lost if row.replay)
    return "\n".join(lines)


def as_json(rows: Sequence[Row]) -> str:
    """Return the rows as JSON."""
    return json.dumps([row.to_json() for row in rows], indent=2)


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the rows as docs/reliability.md holds them, and below them what the figures alone would hide."""
    head = "| fault class | where | tried | survived | seconds |\n|---|---|---|---|---|\n"
    cells = (f"| {r.fault} | {r.where} | {r.tried} | {r.survived} | {r.seconds:.0f} |\n" for r in rows)
    remarks = (f"- {row.fault}, {row.where}: {row.remark}\n" for row in rows if row.remark)
    return f"{head}{''.join(cells)}\n{''.join(remarks)}"
