"""What waits for room goes on when something else ends."""

from chaos import uploads
from chaos.permissions.losses import record_batch
from chaos.permissions.traveller import Traveller
from marquee.batches import BatchStage
from marquee.clock import later


def batch_waits(traveller: Traveller) -> None:
    """A batch found no room for its job; the end of another batch's job has it asked for again."""
    batches = traveller.stage.account.batches()
    with traveller.losing("batch-uploaded", "reconcile"):
        waiting = record_batch(traveller, later(3600), waits=True)
    with traveller.losing("reconcile"):
        traveller.stage.drop_batch(f"{traveller.name}-other.csv", uploads.batch_csv(traveller.seed))

        def look() -> bool | None:
            return batches.get(waiting).stage == BatchStage.DONE or None

        traveller.awaited(look, f"the end of the batch {waiting} that waited")
