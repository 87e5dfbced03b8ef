"""The lease of the one change of the endpoint that is under way, as everybody who changes it holds it."""

from marquee.ledger.release_lock import ReleaseLock

# Longer than one wait between two steps can be; every step renews it. Who dies loses it after this time.
LEASE_SECONDS = 6 * 3600
# For what is done within one invocation.
MOMENT_SECONDS = 300


class LeaseLost(Exception):
    """Another change of the endpoint began meanwhile; this one must not touch it any more."""

    def __init__(self, holder: str, other: str) -> None:
        super().__init__(
            f"{holder} may not change the endpoint any more: its lease expired and "
            f"{other or 'another'} has it"
        )


def hold(lock: ReleaseLock, holder: str) -> None:
    """Renew the lease of `holder`; LeaseLost if another took it after it had expired."""
    if not lock.acquire(holder, LEASE_SECONDS):
        raise LeaseLost(holder, lock.holder())
