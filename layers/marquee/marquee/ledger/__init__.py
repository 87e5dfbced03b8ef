"""The ledger: the table of runs, the one source of truth."""

from marquee.ledger.models import ENDED, RUNNING, Champion, Change, Promotion, Run, RunNotFound, Stage, Upload
from marquee.ledger.runs import Ledger
from marquee.ledger.table import Condition, Table

__all__ = [
    "ENDED",
    "RUNNING",
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
]
