"""Batches: a file dropped under `batch/in/`, and the same rows with predictions under `batch/out/`."""

from marquee.batches.ledger import BatchLedger
from marquee.batches.models import Batch, BatchNotFound, BatchStage

__all__ = ["Batch", "BatchLedger", "BatchNotFound", "BatchStage"]
