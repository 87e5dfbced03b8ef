"""When the reconciler begins to ask about something it has not heard of."""

from dataclasses import dataclass

from marquee.clock import later, now


@dataclass(frozen=True)
class Patience:
    """As the ledger says, or for everything alike: nothing was heard for `quiet_seconds`."""

    quiet_seconds: float | None = None

    def is_over(self, ask_at: str, updated_at: str) -> bool:
        """Whether to ask now about what was to be asked about at `ask_at` and last moved at `updated_at`."""
        if self.quiet_seconds is None:
            return ask_at <= now()
        return updated_at <= later(-self.quiet_seconds)
