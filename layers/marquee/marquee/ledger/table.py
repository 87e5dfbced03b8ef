"""The DynamoDB table: new items, conditional updates, queries. Nothing here knows of runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marquee import clients
from marquee.ledger.values import pack, pack_item, unpack_item

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

INDEX = "by_kind"
OPEN_INDEX = "by_open"


@dataclass
class Condition:
    """An expression under construction; every name and value is bound, for many are reserved words."""

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def path(self, *parts: str) -> str:
        """Bind an attribute's path and return how the expression writes it."""
        return ".".join(self._name(part) for part in parts)

    def value(self, value: Any) -> str:
        """Bind a value and return how the expression writes it."""
        token = f":v{len(self.values)}"
        self.values[token] = pack(value)
        return token

    def _name(self, part: str) -> str:
        for token, name in self.names.items():
            if name == part:
                return token
        token = f"#n{len(self.names)}"
        self.names[token] = part
        return token

    def bound(self) -> dict[str, Any]:
        """Return the bindings as DynamoDB's parameters; it refuses empty ones."""
        bindings = {"ExpressionAttributeNames": self.names, "ExpressionAttributeValues": self.values}
        return {name: binding for name, binding in bindings.items() if binding}


@dataclass(frozen=True)
class Put:
    """A whole item, to be written if the condition holds."""

    item: dict[str, Any]
    condition: str
    bindings: Condition

    def request(self, table: str) -> dict[str, Any]:
        """Return the parameters of PutItem, which are those of a transaction's part."""
        bound = self.bindings.bound()
        return {
            "TableName": table,
            "Item": pack_item(self.item),
            "ConditionExpression": self.condition,
            **bound,
        }


@dataclass(frozen=True)
class Update:
    """A change of one item, to be made if the condition holds."""

    pk: str
    changes: str
    condition: str
    bindings: Condition

    def request(self, table: str) -> dict[str, Any]:
        """Return the parameters of UpdateItem, which are those of a transaction's part."""
        return {
            "TableName": table,
            "Key": {"pk": {"S": self.pk}},
            "UpdateExpression": self.changes,
            "ConditionExpression": self.condition,
            **self.bindings.bound(),
        }


class Table:
    """One table with hash key `pk` and two indexes with the range `created_at`.

    `by_kind` (hash `kind`) has every item; `by_open` (hash `open`) only those that something is still to
    be done for, which are few however many there were.
    """

    def __init__(self, name: str, client: DynamoDBClient | None = None) -> None:
        self._name = name
        self._client = client or clients.dynamodb()

    def get(self, pk: str) -> dict[str, Any] | None:
        """Return the item as it is now (a consistent read), or None."""
        answer = self._client.get_item(TableName=self._name, Key={"pk": {"S": pk}}, ConsistentRead=True)
        return unpack_item(answer["Item"]) if "Item" in answer else None

    def put(self, item: dict[str, Any], condition: str = "", bindings: Condition | None = None) -> bool:
        """Write a whole item if the condition holds; False if it does not."""
        parameters = (bindings or Condition()).bound()
        if condition:
            parameters["ConditionExpression"] = condition
        try:
            self._client.put_item(TableName=self._name, Item=pack_item(item), **parameters)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def put_new(self, item: dict[str, Any]) -> bool:
        """Write an item unless there is one under its key; False if there is."""
        return self.put(item, "attribute_not_exists(pk)")

    def update(self, pk: str, changes: str, condition: str, bindings: Condition) -> bool:
        """Change an item if the condition holds; False if it does not."""
        try:
            self._client.update_item(**Update(pk, changes, condition, bindings).request(self._name))
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def both(self, update: Update, put: Put) -> bool:
        """Make both changes or neither; False if a condition does not hold."""
        parts: list[Any] = [{"Update": update.request(self._name)}, {"Put": put.request(self._name)}]
        try:
            self._client.transact_write_items(TransactItems=parts)
        except self._client.exceptions.TransactionCanceledException as error:
            # Other reasons, such as a conflict with a write of the same moment, are for the caller's retry.
            reasons = error.response.get("CancellationReasons", [])
            if any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons):
                return False
            raise
        return True

    def newest(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield every item of a kind, newest first, a page at a time (eventually consistent)."""
        return self._query(INDEX, "kind", kind, oldest_first=False)

    def open(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield the open items of a kind, oldest first, a page at a time (eventually consistent)."""
        return self._query(OPEN_INDEX, "open", kind, oldest_first=True)

    def _query(self, index: str, name: str, value: str, oldest_first: bool) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=index,
            KeyConditionExpression="#k = :k",
            ExpressionAttributeNames={"#k": name},
            ExpressionAttributeValues={":k": {"S": value}},
            ScanIndexForward=oldest_first,
        )
        for page in pages:
            yield from (unpack_item(item) for item in page["Items"])

    def delete(self, pk: str, condition: str, bindings: Condition) -> bool:
        """Delete an item if the condition holds; False if it does not."""
        try:
            self._client.delete_item(
                TableName=self._name, Key={"pk": {"S": pk}}, ConditionExpression=condition, **bindings.bound()
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True
