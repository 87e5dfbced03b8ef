"""What was measured: tables of figures, a column per peer, and every run's value."""

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Figures = Mapping[str, float]
"""The figures of one run of one peer, by name."""


@dataclass(frozen=True)
class Row:
    """One figure: its unit, and the values of each peer's runs in that unit."""

    name: str
    unit: str
    values: Mapping[str, list[float]]

    def median(self, peer: str) -> float | None:
        """The median of a peer's runs; None if it has none."""
        runs = self.values.get(peer)
        return statistics.median(runs) if runs else None


@dataclass(frozen=True)
class Table:
    """One subject's figures; the first peer is ours, and the others are compared with it."""

    subject: str
    title: str
    peers: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """The table as JSON has it."""
        return asdict(self)


def table_of(document: Mapping[str, Any]) -> Table:
    """The table of a document."""
    rows = tuple(Row(**row) for row in document["rows"])
    known = {**document, "rows": rows, "peers": tuple(document["peers"]), "notes": tuple(document["notes"])}
    return Table(**known)


def rows_of(runs: Mapping[str, Iterable[Figures]], units: Mapping[str, str]) -> tuple[Row, ...]:
    """A row per figure that has a unit and that any run of any peer has."""
    listed = {peer: list(figures) for peer, figures in runs.items()}
    rows = (
        Row(name, unit, {peer: [run[name] for run in held if name in run] for peer, held in listed.items()})
        for name, unit in units.items()
    )
    return tuple(row for row in rows if any(row.values.values()))


def ratio(value: float | None, ours: float | None) -> float | None:
    """How many times ours a value is; None where that says nothing."""
    return value / ours if value is not None and ours else None
