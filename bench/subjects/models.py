"""Models: how good, how fast they learn, how fast they answer; every peer on the same rows."""

from collections.abc import Iterator, Mapping

from bench import reviews
from bench.figures import Figures, Row, Table, rows_of
from bench.models.registry import NAMES
from bench.running import measured
from bench.subjects.plan import Plan

_QUALITY = {"accuracy": "%", "log loss": "", "calibration": "error", "size": "MB"}
_SERVING = {"p50": "ms a review", "p99": "ms a review", "batch": "reviews / s", "load": "ms"}
_TRAINING = {"training": "s", "wall": "s", "cpu": "s", "peak": "MB"}
_Runs = dict[str, list[dict[str, float]]]


def tables(plan: Plan) -> Iterator[Table]:
    """Quality, prediction and training."""
    held = reviews.read(reviews.source(plan.folder, plan.model_rows))
    runs = _all_runs(plan, reviews.labelled(held))
    yield _table("quality", "Quality on reviews never seen", runs, _QUALITY)
    yield _table("prediction", "Prediction in one process", runs, _SERVING)
    yield Table("training", "Training", NAMES, _growth(plan, held))


def _all_runs(plan: Plan, held: Mapping[str, str]) -> _Runs:
    """Train and serve every peer on each of the splits, one after the other."""
    runs: _Runs = {name: [] for name in NAMES}
    for number in range(plan.runs):
        folder = plan.folder / f"models-{number}"
        channels = reviews.write_splits(held, f"bench-{number}/", folder / "channels")
        for place, name in enumerate(NAMES):
            model = folder / str(place) / "model"
            trained = measured("bench.models.train", name, channels, model)
            served = measured("bench.models.serve", name, channels, model)
            runs[name].append({**served, **trained})
    return runs


def _growth(plan: Plan, held: list[reviews.Review]) -> tuple[Row, ...]:
    rows: list[Row] = []
    for size in plan.growth:
        # Of ten rows eight are for training, one is looked at, one is kept aside.
        some = reviews.labelled(reviews.repeated(held, size * 10 // 8))
        folder = plan.folder / f"growth-{size}"
        channels = reviews.write_splits(some, "growth/", folder / "channels")
        runs: dict[str, list[Figures]] = {
            name: [measured("bench.models.train", name, channels, folder / str(place) / "model")]
            for place, name in enumerate(NAMES)
        }
        rows += [Row(f"{row.name}, {size:,} rows", row.unit, row.values) for row in rows_of(runs, _TRAINING)]
    return tuple(rows)


def _table(
    subject: str, title: str, runs: Mapping[str, list[dict[str, float]]], units: dict[str, str]
) -> Table:
    return Table(subject, title, NAMES, rows_of(runs, units))
