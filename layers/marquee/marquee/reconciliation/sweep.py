"""The rarer look: not at what the ledger knows, but at what it should know and does not."""

from dataclasses import dataclass

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

    def run(self, older_than_seconds: float | None = None) -> dict[str, str]:
        """Return what was found, by name; `older_than_seconds` overrides how old it must be."""
        given = older_than_seconds
        raw, batch = (_OLD_SECONDS, _BATCH_OLD_SECONDS) if given is None else (given, given)
        return {**self.uploads.sweep(raw, batch), **self.orphans.sweep(raw)}
