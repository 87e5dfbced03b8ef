"""Since when the catalogue lacks a dataset, and when it was last brought up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marquee.clock import now
from marquee.ledger.table import Condition, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PK = "catalogue"


class CatalogueRecord:
    """One item in the ledger's table."""

    def __init__(self, table: str, client: DynamoDBClient | None = None) -> None:
        self._table = Table(table, client)

    def wanted(self) -> None:
        """Note that there is a dataset which no crawl that has begun can have seen whole."""
        self._set("wanted_at", now())

    def crawled(self, begun: str) -> None:
        """Note that a crawl was started after `begun`."""
        self._set("crawled_at", begun)

    def is_due(self) -> bool:
        """Whether a dataset became ready since the last crawl was started."""
        item = self._table.get(_PK) or {}
        return bool(item.get("wanted_at", "") > item.get("crawled_at", ""))

    def _set(self, name: str, at: str) -> None:
        change = Condition()
        setting = (
            f"SET {change.path(name)} = {change.value(at)}, {change.path('kind')} = {change.value(_PK)}, "
            f"{change.path('created_at')} = {change.value(at)}"
        )
        # The later one stays, whoever of two writers comes last.
        older = f"attribute_not_exists({change.path(name)}) OR {change.path(name)} < {change.value(at)}"
        self._table.update(_PK, setting, older, change)
