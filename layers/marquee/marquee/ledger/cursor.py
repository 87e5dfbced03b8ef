"""How far a sweep came that does not look at everything at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marquee.clock import now
from marquee.ledger.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Cursor:
    """One item per sweep in the ledger's table."""

    def __init__(self, table: str, client: DynamoDBClient | None = None) -> None:
        self._table = Table(table, client)

    def get(self, sweep: str) -> str:
        """Return behind what the sweep goes on, "" for the beginning."""
        item = self._table.get(f"cursor#{sweep}")
        return str(item["behind"]) if item else ""

    def put(self, sweep: str, behind: str) -> None:
        """Note behind what the next sweep goes on."""
        if behind or self.get(sweep):
            self._table.put(
                {"pk": f"cursor#{sweep}", "kind": "cursor", "created_at": now(), "behind": behind}
            )
