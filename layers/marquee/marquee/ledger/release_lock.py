"""One release at a time: two candidates must not deploy over each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marquee.clock import later, now
from marquee.ledger.table import Condition, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PK = "release"


class ReleaseLock:
    """A lease in the ledger's table; a holder that died loses it when it expires."""

    def __init__(self, table: str, client: DynamoDBClient | None = None) -> None:
        self._table = Table(table, client)

    def acquire(self, attempt_id: str, seconds: float) -> bool:
        """Take or renew the lease for `seconds`; False while another attempt holds it."""
        change = Condition()
        ours = f"{change.path('holder')} = {change.value(attempt_id)}"
        expired = f"{change.path('expires_at')} < {change.value(now())}"
        item = {
            "pk": _PK,
            "kind": _PK,
            "holder": attempt_id,
            "created_at": now(),
            "expires_at": later(seconds),
        }
        return self._table.put(item, f"attribute_not_exists(pk) OR {ours} OR {expired}", change)

    def holder(self) -> str:
        """Return the attempt whose release is under way, or "" if none is."""
        item = self._table.get(_PK)
        return str(item["holder"]) if item and item["expires_at"] >= now() else ""

    def free(self, attempt_id: str) -> None:
        """Give the lease back; nothing happens if this attempt does not hold it."""
        change = Condition()
        self._table.delete(_PK, f"{change.path('holder')} = {change.value(attempt_id)}", change)
