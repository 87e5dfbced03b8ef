"""Models: how good, how fast they learn, how fast they answer; every peer on the same rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench import reviews
from bench.figures import Figures, Row, Table, rows_of
from bench.models.registry import names
from bench.running import measured
from bench.subjects.plan import Plan

_QUALITY = {"accuracy": "%", "log loss": "", "calibration": "error", "size": "MB"}
_SERVING = {"p50": "ms a review", "p99": "ms a review", "batch": "reviews / s", "load": "ms"}
_TRAINING = {"training": "s", "wall": "s", "cpu": "s", "peak": "MB"}
_Runs = dict[str, list[dict[str, float]]]


@dataclass(frozen=True)
class _Bench:
    plan: Plan
    peers: tuple[str, ...]
    labelled: Sequence[reviews.Review]
    unlabelled: Sequence[str]

    def quality(self) -> _Runs:
        """Train and serve every peer, each time tested on another tenth of the reviews."""
        runs: _Runs = {name: [] for name in self.peers}
        held = reviews.labelled(self.labelled)
        for turn in range(self.plan.runs):
            folder = self.plan.folder / f"models-{turn}"
            channels = reviews.write_splits(held, self.unlabelled, turn, folder / "channels")
            for place, name in enumerate(self.peers):
                model = folder / str(place) / "model"
                trained = measured("bench.models.train", name, channels, model)
                served = measured("bench.models.serve", name, channels, model)
                runs[name].append({**served, **trained})
        return runs

    def growth(self) -> Iterator[Row]:
        """Train every peer once at each size."""
        for size in self.plan.growth:
            # Of ten rows eight are for training, one is looked at, one is kept aside.
            some = reviews.labelled(reviews.repeated(self.labelled, size * 10 // 8))
            folder = self.plan.folder / f"growth-{size}"
            channels = reviews.write_splits(some, self.unlabelled, 0, folder / "channels")
            runs: dict[str, list[Figures]] = {
                name: [measured("bench.models.train", name, channels, folder / str(place) / "model")]
                for place, name in enumerate(self.peers)
            }
            for row in rows_of(runs, _TRAINING):
                yield Row(f"{row.name}, {size:,} rows", row.unit, row.values)


def tables(plan: Plan) -> Iterator[Table]:
    """Quality, prediction and training."""
    rows = reviews.read(reviews.source(plan.folder, plan.model_rows))
    more = reviews.unlabelled(rows)[: plan.most_rows]
    known = [row for row in rows if row[1].strip()][: plan.most_rows]
    bench = _Bench(plan, names(bool(more)), known, more)
    runs = bench.quality()
    note = f"{len(more):,} unlabelled reviews." if more else "There were no unlabelled reviews."
    for subject, title, units in (
        ("quality", "Quality on reviews never seen", _QUALITY),
        ("prediction", "Prediction in one process", _SERVING),
    ):
        yield Table(subject, title, bench.peers, rows_of(runs, units), (note,))
    yield Table("training", "Training", bench.peers, tuple(bench.growth()), (note,))
