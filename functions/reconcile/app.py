"""On a schedule: ask the services what the events failed to say."""

from typing import Any

from marquee.hints import hint
from marquee.observability import observed
from marquee.reconciliation import Patience, Reconcile, Sweep
from marquee.settings import ReconcileSettings, load


@observed
@hint
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Answer what was found, by run, batch or name; with `sweep` also of what the ledger knows nothing.

    `quiet_seconds` overrides when to ask, `older_than_seconds` how old an orphan must be.
    """
    quiet = event.get("quiet_seconds")
    patience = Patience() if quiet is None else Patience(float(quiet))
    settings = load(ReconcileSettings)
    found = Reconcile.of(settings).run(patience)
    if event.get("sweep"):
        found |= Sweep.of(settings).run(event.get("older_than_seconds"))
    return found
