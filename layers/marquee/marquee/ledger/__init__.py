"""The ledger: the table of runs, the one source of truth."""

from marquee.ledger.models import (
    ENDED,
    MAY_WAIT_SECONDS,
    RUNNING,
    Challenger,
    Champion,
    Change,
    Promotion,
    Run,
    RunNotFound,
    Stage,
    Upload,
    Work,
)
from marquee.ledger.runs import Ledger
from marquee.ledger.table import Condition, Table

__all__ = [
    "ENDED",
    "MAY_WAIT_SECONDS",
    "RUNNING",
    "Challenger",
    "Champion",
    "Change",
    "Condition",
    "Ledger",
    "Promotion",
    "Run",
    "RunNotFound",
    "Stage",
    "Table",
    "Upload",
    "Work",
]
