"""Models: how good, how fast they learn, how fast they answer; every peer on the same rows."""

from collections.abc import Iterator, Mapping, Sequence

from bench import reviews
from bench.figures import Table, rows_of
from bench.models.growth import PATIENCE_SECONDS, UNITS, growth
from bench.models.registry import names
from bench.running import measured
from bench.subjects.plan import Plan

_QUALITY = {"accuracy": "%", "log loss": "", "calibration": "error", "size": "MB"}
_SERVING = {"p50": "ms a review", "p99": "ms a review", "batch": "reviews / s", "load": "ms"}
_Runs = dict[str, list[dict[str, float]]]


def tables(plan: Plan) -> Iterator[Table]:
    """Quality, prediction, training, and how it grows."""
    rows = reviews.read(reviews.source(plan.folder, plan.model_rows))
    more = reviews.unlabelled(rows)[: plan.most_rows]
    known = [row for row in rows if row[1].strip()][: plan.most_rows]
    peers = names(bool(more))
    runs = _quality(plan, peers, reviews.labelled(known), more)
    note = f"{len(more):,} unlabelled reviews." if more else "There were no unlabelled reviews."
    yield Table("quality", "Quality on reviews never seen", peers, rows_of(runs, _QUALITY), (note,))
    yield Table("prediction", "Prediction in one process", peers, rows_of(runs, _SERVING))
    rows_too = f"On eight tenths of {len(known):,} reviews. {note}"
    yield Table("training", "Training", peers, rows_of(runs, UNITS), (rows_too,))
    grown = growth(names(False), plan.growth, known, plan.folder)
    left_out = f"A peer that would take more than {PATIENCE_SECONDS} s at the next size is left out there."
    yield Table(
        "growth", "Training as the rows grow", names(False), tuple(grown), ("Labels alone.", left_out)
    )


def _quality(plan: Plan, peers: Sequence[str], labelled: Mapping[str, str], more: Sequence[str]) -> _Runs:
    """Train and serve every peer, each time tested on another tenth of the reviews."""
    runs: _Runs = {name: [] for name in peers}
    for turn in range(plan.runs):
        folder = plan.folder / f"models-{turn}"
        channels = reviews.write_splits(labelled, more, turn, folder / "channels")
        for place, name in enumerate(peers):
            model = folder / str(place) / "model"
            trained = measured("bench.models.train", name, channels, model)
            served = measured("bench.models.serve", name, channels, model)
            runs[name].append({**served, **trained})
    return runs
