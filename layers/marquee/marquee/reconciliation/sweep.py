"""The rarer look: not at what the ledger knows, but at what it should know and does not."""

from dataclasses import dataclass

from marquee.reconciliation.bounds import Budget, Errors
from marquee.reconciliation.lost_uploads import LostUploads
from marquee.reconciliation.orphans import Orphans
from marquee.settings import ReconcileSettings

# Longer than a creation takes from the ledger's line to the service's; an upload's event takes seconds.
_OLD_SECONDS = 15 * 60
# A batch has its id from its event, so one found too early would be made twice: EventBridge and Lambda
# each try an event for an hour (template.yaml), and then it comes no more.
_BATCH_OLD_SECONDS = 2 * 3600 + 600


@dataclass(frozen=True)
class Sweep:
    """Finds uploads that never became a run or a batch, and whatever belongs to none."""

    uploads: LostUploads
    orphans: Orphans

    @classmethod
    def of(cls, settings: ReconcileSettings) -> "Sweep":
        """Wire it to AWS."""
        return cls(LostUploads.of(settings), Orphans.of(settings))

    def run(self, budget: Budget, older_than_seconds: float | None = None) -> dict[str, str]:
        """Return what was found within its time, by name; the next sweep goes on.

        `older_than_seconds` overrides how old it must be. Each search has its part of the time, lest one
        with much to do keeps the others from theirs for ever.
        """
        errors = Errors()
        given = older_than_seconds
        raw, batch = (_OLD_SECONDS, _BATCH_OLD_SECONDS) if given is None else (given, given)
        found = dict[str, str]()
        with errors.of("the raw bucket"):
            found |= self.uploads.sweep_raw(raw, budget.part(1 / 3), errors)
        with errors.of("the batch bucket"):
            found |= self.uploads.sweep_batches(batch, budget.part(1 / 2), errors)
        with errors.of("the services"):
            found |= self.orphans.sweep(raw, budget, errors)
        errors.raise_all()
        return found
