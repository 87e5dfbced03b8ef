"""On a schedule: ask the services what the events failed to say."""

from typing import Any

from marquee.observability import observed
from marquee.reconciliation import Patience, Reconcile
from marquee.settings import ReconcileSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Answer what was found, by run or batch; `quiet_seconds` in the event overrides when to ask."""
    quiet = event.get("quiet_seconds")
    patience = Patience() if quiet is None else Patience(float(quiet))
    return Reconcile.of(load(ReconcileSettings)).run(patience)
