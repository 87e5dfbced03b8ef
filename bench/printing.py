"""Tables as text, in Markdown so that a page can hold them as they are."""

from collections.abc import Iterable, Sequence

from bench.figures import Row, Table, ratio

_NOTHING = "–"


def shown(table: Table) -> str:
    """A table: medians, and in brackets how many times ours."""
    header = ["", *table.peers]
    lines = [[_label(row), *_cells(table, row)] for row in table.rows]
    return "\n".join([f"## {table.title}", "", *aligned([header, *lines]), *("", *table.notes)]).rstrip()


def aligned(lines: Sequence[Sequence[str]]) -> Iterable[str]:
    """Lines of a Markdown table: the first is the header, numbers stand at the right."""
    widths = [max(3, *map(len, column)) for column in zip(*lines, strict=True)]
    header, *rows = (_line(line, widths) for line in lines)
    rule = "|".join("-" * (width + 1) + ("-" if place == 0 else ":") for place, width in enumerate(widths))
    return [header, f"|{rule}|", *rows]


def number(value: float | None) -> str:
    """A value with three or four digits that count."""
    if value is None:
        return _NOTHING
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    parts = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(parts)} |"


def _label(row: Row) -> str:
    return f"{row.name}, {row.unit}" if row.unit else row.name


def _cells(table: Table, row: Row) -> list[str]:
    ours, *others = table.peers
    return [number(row.median(ours)), *(_beside(row, peer, row.median(ours)) for peer in others)]


def _beside(row: Row, peer: str, ours: float | None) -> str:
    value = row.median(peer)
    times = ratio(value, ours)
    return number(value) if times is None else f"{number(value)} ({times:.2f}×)"
