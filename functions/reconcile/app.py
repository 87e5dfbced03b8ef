"""On a schedule: ask the services what the events failed to say."""

from typing import Any

from marquee.observability import observed
from marquee.reconciliation import Reconcile
from marquee.settings import ReconcileSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Answer what was found, by run_id; `quiet_seconds` in the event overrides the setting."""
    settings = load(ReconcileSettings)
    quiet_seconds = float(event.get("quiet_seconds", settings.reconcile_quiet_seconds))
    return Reconcile.of(settings).run(quiet_seconds)
