"""What can become of a file: every way through Marquee, as a file to drop and the end it must come to."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from chaos.uploads import batch_csv, reviews_csv, unusable_csv


@dataclass(frozen=True)
class Journey:
    """One way through; its name is the first word of the files that take it (chaos.compute.behaviour)."""

    name: str
    outcomes: frozenset[str]
    """How a run of it may end, as its notice says."""
    content: Callable[[int], bytes] = reviews_csv
    etl_runs: int = 1
    training_jobs: int = 1
    batch: bool = False
    twice: bool = False
    """The same file is dropped again: one notice says so, and nothing else happens."""
    outdated: bool = False
    """It is rejected for one reason only: the champion is of a newer upload."""
    reruns: int = 0
    """How often it is run again once it has ended."""
    stopped: str = ""
    """What of it somebody stops by hand: its "etl", its "training" or its "release" (chaos.stopping)."""


def _journey(name: str, outcome: str, etl_runs: int = 1, training_jobs: int = 1) -> Journey:
    return Journey(name, frozenset({outcome}), etl_runs=etl_runs, training_jobs=training_jobs)


# A model whose upload is older than the champion's is rejected untried: with several in flight that may be.
_RELEASED = frozenset({"live", "rejected"})

GOOD = Journey("good", _RELEASED, outdated=True)
TWICE = Journey("twice", _RELEASED, outdated=True, twice=True)
REFUSED = Journey("refused", frozenset({"refused"}), unusable_csv, etl_runs=0, training_jobs=0)
WORSE = _journey("worse", "rejected")
LIAR = _journey("liar", "rejected")
UNSTARTABLE = Journey("unstartable", frozenset({"failed", "rejected"}), outdated=True)
ETL_FAILS = _journey("etlfails", "failed", training_jobs=0)
TRAINING_FAILS = _journey("trainingfails", "failed")
UNPREPARABLE = _journey("unpreparable", "failed", etl_runs=0, training_jobs=0)
"""Of a stage whose Glue job cannot be started."""
ETL_STOPPED = replace(_journey("etllingers", "failed", training_jobs=0), stopped="etl")
TRAINING_STOPPED = replace(_journey("traininglingers", "failed"), stopped="training")
RELEASE_STOPPED = replace(_journey("slow", "failed"), stopped="release")
RERUN = replace(TRAINING_FAILS, reruns=1)
BATCH = Journey("batch", frozenset({"batch_done"}), batch_csv, batch=True)

JOURNEYS = (GOOD, TWICE, REFUSED, WORSE, LIAR, UNSTARTABLE, ETL_FAILS, RERUN, BATCH)
