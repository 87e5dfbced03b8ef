"""Uploads that never became a run or a batch: their event was lost, or died on its way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from marquee.batches import BatchLedger
from marquee.batches.models import found_sequencer
from marquee.batches.places import is_batch_input
from marquee.clock import later, written
from marquee.events import UploadEvent
from marquee.identity import run_id_of
from marquee.ledger import Ledger, RunNotFound, Upload
from marquee.ledger.cursor import Cursor
from marquee.observability import count, logger
from marquee.reconciliation.bounds import Budget, Errors
from marquee.services.functions import Function
from marquee.services.objects import Listed, Objects
from marquee.settings import ReconcileSettings
from marquee.uploads import ReceiveUpload

# What is older was found by an earlier sweep, or somebody meant it to lie there.
_WITHIN = timedelta(days=7)
# After as many the sweep notes how far it came, lest one that dies begins where it began.
_PAGE = 500
# Listed in one sweep; the next goes on behind the last, so that a full bucket has its turn, too.
_MOST = 20_000


@dataclass(frozen=True)
class LostUploads:
    """Does what the event would have done; the event may come after all, and then finds it done."""

    raw_bucket: str
    batch_bucket: str
    runs: Ledger
    batches: BatchLedger
    objects: Objects
    cursor: Cursor
    receive: ReceiveUpload
    start: Function

    @classmethod
    def of(cls, settings: ReconcileSettings) -> "LostUploads":
        """Wire it to AWS."""
        table = settings.ledger_table
        return cls(
            settings.raw_bucket,
            settings.batch_bucket,
            Ledger(table),
            BatchLedger(table),
            Objects(),
            Cursor(table),
            ReceiveUpload.of(settings),
            Function(settings.start_transform_function),
        )

    def sweep_raw(self, older_than: float, budget: Budget, errors: Errors) -> dict[str, str]:
        """Begin the runs that should have begun more than these seconds ago; return their keys."""
        found = {}
        for item in self._listed(self.raw_bucket, "raw/", older_than, budget):
            with errors.of(item.key):
                if not item.key.endswith("/") and self._is_lost(item):
                    upload = Upload(self.raw_bucket, item.key, item.etag, item.size)
                    found_at = written(item.modified)
                    self.receive.on(UploadEvent("", upload, "found without an event", found_at))
                    found[item.key] = _noted(item, "upload")
        return found

    def sweep_batches(self, older_than: float, budget: Budget, errors: Errors) -> dict[str, str]:
        """Begin the batches that should have begun more than these seconds ago; return their keys."""
        found = {}
        for item in self._lost_batches(older_than, budget):
            with errors.of(item.key):
                self.start.send(_dropped(self.batch_bucket, item))
                found[item.key] = _noted(item, "batch")
        return found

    def _is_lost(self, item: Listed) -> bool:
        try:
            self.runs.get(run_id_of(self.raw_bucket, item.key, item.etag))
        except RunNotFound:
            return True
        return False

    def _lost_batches(self, older_than: float, budget: Budget) -> Iterator[Listed]:
        known: dict[tuple[str, str], str] = {}
        # By time, not by number: a batch that is not seen here would be made again, and again.
        for batch in self.batches.since(later(-_WITHIN.total_seconds())):
            known.setdefault((batch.upload.key, batch.upload.etag), batch.created_at)
        for item in self._listed(self.batch_bucket, "batch/in/", older_than, budget):
            # A minute, for the clocks of S3 and of the ledger are two.
            dropped = (item.modified - timedelta(minutes=1)).isoformat()
            if is_batch_input(item.key) and known.get((item.key, item.etag), "") < dropped:
                yield item

    def _listed(self, bucket: str, prefix: str, older_than: float, budget: Budget) -> Iterator[Listed]:
        now = datetime.now(UTC)
        newest = now - timedelta(seconds=older_than)
        listed = self.objects.listed(bucket, prefix, self.cursor.get(bucket), _MOST)
        for number, item in enumerate(listed, start=1):
            if now - _WITHIN < item.modified <= newest:
                yield item
            enough = number == _MOST or budget.is_spent
            if enough or number % _PAGE == 0:
                self.cursor.put(bucket, item.key)
            if enough:
                return
        self.cursor.put(bucket, "")


def _noted(item: Listed, kind: str) -> str:
    logger().warning("its event was lost", extra={"key": item.key})
    count("Orphans", kind=kind)
    return kind


def _dropped(bucket: str, item: Listed) -> dict[str, object]:
    """Return an event like the one S3 sent; its sequencer is the same in every sweep, for it is one drop."""
    sequencer = found_sequencer(item.modified)
    content = {"key": item.key, "etag": item.etag, "size": item.size, "sequencer": sequencer}
    return {
        "id": sequencer,
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": bucket}, "object": content},
    }
