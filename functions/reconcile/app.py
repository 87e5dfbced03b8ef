"""On a schedule: ask the services what the events failed to say."""

from typing import Any, Protocol

from marquee.hints import hint
from marquee.observability import observed
from marquee.reconciliation import Budget, Patience, Reconcile, Sweep
from marquee.settings import ReconcileSettings, load

# For the item that it is at when its time is spent: a service that hangs is asked five times for 20 s.
_TO_END_SECONDS = 110
# Of its time, where a sweep follows.
_PASS_SHARE = 2 / 3


class Invocation(Protocol):
    """Lambda's context, as far as it is asked."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""
        ...


@observed
@hint
def handler(event: dict[str, Any], context: Invocation) -> dict[str, str]:
    """Answer what was found, by run, batch or name; with `sweep` also of what the ledger knows nothing.

    `quiet_seconds` overrides when to ask, `older_than_seconds` how old an orphan must be.
    """
    quiet = event.get("quiet_seconds")
    patience = Patience() if quiet is None else Patience(float(quiet))
    settings = load(ReconcileSettings)
    budget = Budget(context.get_remaining_time_in_millis() / 1000 - _TO_END_SECONDS)
    found = dict[str, str]()
    try:
        found |= Reconcile.of(settings).run(
            patience, budget.part(_PASS_SHARE) if event.get("sweep") else budget
        )
    finally:  # the sweep is another search, which a run that cannot be reconciled says nothing about
        if event.get("sweep"):
            found |= Sweep.of(settings).run(budget, event.get("older_than_seconds"))
    return found
