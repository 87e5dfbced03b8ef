"""Who may send a notice: a claim in the item the notice is about, so that it is sent once."""

from collections.abc import Collection

from marquee.clock import later, now
from marquee.ledger.table import Condition, Table


def claim_notice(  # noqa: PLR0913 - one conditional write has this many parts
    table: Table,
    pk: str,
    notice: str,
    lease_seconds: float,
    *,
    words: str = "",
    forget: Collection[str] = (),
) -> bool:
    """Claim the right to send one notice; False if it is sent, or claimed by somebody alive.

    A claim older than `lease_seconds` belongs to a function that died before it sent. The item is open
    from here on, so that the reconciler finds a notice whose sender died; `words` are kept for it.
    `forget` are notices of long ago whose entries go.
    """
    change = Condition()
    sent = change.path("notices", notice, "sent_at")
    claimed = change.path("notices", notice, "claimed_at")
    free = f"attribute_not_exists({claimed}) OR {claimed} < {change.value(later(-lease_seconds))}"
    entry = {"claimed_at": now()} | ({"words": words} if words else {})
    setting = (
        f"SET {change.path('notices', notice)} = {change.value(entry)}, "
        f"{change.path('open')} = {change.path('kind')}, {change.path('opened_at')} = {change.value(now())}"
    )
    if forget:
        setting += f" REMOVE {', '.join(change.path('notices', name) for name in forget)}"
    condition = f"attribute_exists(pk) AND attribute_not_exists({sent}) AND ({free})"
    return table.update(pk, setting, condition, change)


def release_notice(table: Table, pk: str, notice: str) -> None:
    """Give a claim back whose sending failed, so that the next try need not wait for the lease."""
    change = Condition()
    entry = change.path("notices", notice)
    sent, claimed = change.path("notices", notice, "sent_at"), change.path("notices", notice, "claimed_at")
    condition = f"attribute_exists({entry}) AND attribute_not_exists({sent})"
    table.update(pk, f"SET {claimed} = {change.value('')}", condition, change)


def notice_sent(table: Table, pk: str, notice: str) -> None:
    """Record that a notice went out."""
    # Who sends notices has boto3 by now; `predict`, which reads runs, must not wait for it as it starts.
    from botocore.exceptions import ClientError  # noqa: PLC0415

    from marquee.services.errors import is_throttled  # noqa: PLC0415

    change = Condition()
    setting = f"SET {change.path('notices', notice, 'sent_at')} = {change.value(now())}"
    condition = f"attribute_exists({change.path('notices', notice)})"
    try:
        table.update(pk, setting, condition, change)
    except ClientError as error:
        if not is_throttled(error):
            raise
        # What is not recorded is sent again: that is worth another round of the SDK's tries.
        table.update(pk, setting, condition, change)


def close(table: Table, pk: str, opened_at: str, stages: Collection[str]) -> bool:
    """Take an ended item out of the open ones; False if it was opened again since, or has not ended."""
    change = Condition()
    same = f"{change.path('opened_at')} = {change.value(opened_at)}"
    ended = f"{change.path('stage')} IN ({', '.join(change.value(stage) for stage in stages)})"
    return table.update(pk, f"REMOVE {change.path('open')}", f"{same} AND {ended}", change)
