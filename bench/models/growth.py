"""What training on labels alone takes as the rows grow: each peer once at each size worth the wait."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench import reviews
from bench.figures import Figures, Row, ratio, rows_of
from bench.models.registry import PEERS
from bench.running import measured

UNITS = {"training": "s", "wall": "s", "cpu": "s", "peak": "MB"}
PATIENCE_SECONDS = 200
_Sizes = dict[int, dict[str, Figures]]


def growth(
    peers: Sequence[str],
    sizes: Sequence[int],
    labelled: Sequence[reviews.Review],
    folder: Path,
) -> Iterator[Row]:
    """Rows for each size, and how many times the size before the largest takes.

    A peer that would take longer than our patience, going by its seconds a row so far, is left out.
    """
    runs: _Sizes = {}
    for size in sizes:
        # Of ten rows eight are for training, one is looked at, one is kept aside.
        some = reviews.labelled(reviews.repeated(labelled, size * 10 // 8))
        place = folder / f"growth-{size}"
        channels = reviews.write_splits(some, [], 0, place / "channels")
        runs[size] = {
            name: measured("bench.models.train", name, channels, place / str(number) / "model")
            for number, name in enumerate(peers)
            if name not in PEERS or _seconds(name, size, runs) <= PATIENCE_SECONDS
        }
    for size, figures in runs.items():
        for row in rows_of({name: [one] for name, one in figures.items()}, UNITS):
            yield Row(f"{row.name}, {size:,} rows", row.unit, row.values)
    before, last = sizes[-2:]
    yield from _grown(runs[before], runs[last], f"{last:,} rows beside {before:,}")


def _seconds(name: str, size: int, runs: _Sizes) -> float:
    """What a peer will take, were it as quick a row as at the size before; 0 at the first."""
    if not runs:
        return 0.0
    last, figures = [*runs.items()][-1]
    return figures[name]["wall"] * size / last if name in figures else float("inf")


def _grown(low: Mapping[str, Figures], high: Mapping[str, Figures], beside: str) -> Iterator[Row]:
    for figure in UNITS:
        held = {name: ratio(one.get(figure), low[name].get(figure)) for name, one in high.items()}
        yield Row(f"{figure}, {beside}", "×", {name: [grown] for name, grown in held.items() if grown})
