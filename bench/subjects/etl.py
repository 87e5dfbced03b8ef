"""ETL: the Glue job beside polars and DuckDB, which must write the same dataset."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from bench import reviews
from bench.etl.outcome import outcome
from bench.figures import Figures, Row, Table, rows_of
from bench.running import measured
from bench.subjects.plan import Plan

_PEERS = {"Glue job on Spark": "bench.etl.spark", "polars": "bench.etl.polars", "DuckDB": "bench.etl.duck"}
_UNITS = {"job": "s", "with session": "s", "cpu": "s", "peak": "MB"}
_CURATED = {"bench.etl.spark": "curated/curated"}
_Runs = dict[str, list[Figures]]


class OutputsDiffer(Exception):
    """Two peers made different datasets of one upload: their seconds are of different work."""


def tables(plan: Plan) -> Iterator[Table]:
    """Seconds and memory at each size, and how they grow."""
    source = reviews.read(reviews.source(plan.folder, plan.etl_rows[0]))
    rows: list[Row] = []
    for size in plan.etl_rows:
        upload = reviews.write_csv(reviews.repeated(source, size), plan.folder / f"upload-{size}.csv")
        runs = _compared(plan, upload)
        rows += [Row(f"{row.name}, {size:,} rows", row.unit, row.values) for row in rows_of(runs, _UNITS)]
        upload.unlink()
    times = plan.etl_rows[-1] / plan.etl_rows[0]
    note = f"All wrote the same rows, at each size. Growth is that over {times:g} times the rows."
    yield Table("etl", "ETL", tuple(_PEERS), (*rows, *_growth(plan, rows)), (note,))


def _compared(plan: Plan, upload: Path) -> _Runs:
    runs: _Runs = {name: [] for name in _PEERS}
    for _ in range(plan.runs):
        outcomes = {}
        for name, program in _PEERS.items():
            folder = plan.folder / "etl" / "out"
            figures = measured(program, upload, folder)
            outcomes[name] = outcome(folder / _CURATED.get(program, ""))
            # Without a session to start, the job is all there is but the imports.
            runs[name].append({**figures, "with session": figures["job"] + figures.get("session", 0)})
            shutil.rmtree(plan.folder / "etl")
        if len(set(outcomes.values())) > 1:
            raise OutputsDiffer(f"{upload.name}: (rows, digest) are {outcomes}")
    return runs


def _growth(plan: Plan, rows: list[Row]) -> Iterator[Row]:
    """How many times as much the largest file takes as the smallest, of job seconds and of memory."""
    smallest, largest = (f"{size:,} rows" for size in (plan.etl_rows[0], plan.etl_rows[-1]))
    named = {row.name: row for row in rows}
    for figure in ("job", "peak"):
        low, high = named[f"{figure}, {smallest}"], named[f"{figure}, {largest}"]
        grown = {
            peer: [after / before]
            for peer in _PEERS
            if (before := low.median(peer)) and (after := high.median(peer))
        }
        yield Row(f"growth of {figure}", "×", grown)
