"""Who may send a notice: a claim in the item the notice is about, so that it is sent once."""

from marquee.clock import later, now
from marquee.ledger.table import Condition, Table


def claim_notice(table: Table, pk: str, notice: str, lease_seconds: float) -> bool:
    """Claim the right to send one notice; False if it is sent, or claimed by somebody alive.

    A claim older than `lease_seconds` belongs to a function that died before it sent.
    """
    change = Condition()
    sent = change.path("notices", notice, "sent_at")
    claimed = change.path("notices", notice, "claimed_at")
    free = f"attribute_not_exists({claimed}) OR {claimed} < {change.value(later(-lease_seconds))}"
    setting = f"SET {change.path('notices', notice)} = {change.value({'claimed_at': now()})}"
    condition = f"attribute_exists(pk) AND attribute_not_exists({sent}) AND ({free})"
    return table.update(pk, setting, condition, change)


def release_notice(table: Table, pk: str, notice: str) -> None:
    """Give a claim back whose sending failed, so that the next try need not wait for the lease."""
    change = Condition()
    sent = change.path("notices", notice, "sent_at")
    table.update(pk, f"REMOVE {change.path('notices', notice)}", f"attribute_not_exists({sent})", change)


def notice_sent(table: Table, pk: str, notice: str) -> None:
    """Record that a notice went out."""
    change = Condition()
    setting = f"SET {change.path('notices', notice, 'sent_at')} = {change.value(now())}"
    table.update(pk, setting, "attribute_exists(pk)", change)
