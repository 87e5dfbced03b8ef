"""A deadline that the ledger set comes sixty times sooner, and only once."""

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from chaos.deadlines import hasten, sooner
from marquee.batches import Batch
from marquee.ledger import Run, Upload

AT = "2026-01-01T00:00:00.000Z"
IN_TWO_MINUTES = "2026-01-01T00:02:00.000Z"
SOONER = "2026-01-01T00:00:02.000Z"


@pytest.mark.parametrize(
    ("ask_at", "moved"),
    [
        (IN_TWO_MINUTES, SOONER),
        (SOONER, ""),
        ("2026-01-01T00:16:00.000Z", "2026-01-01T00:00:16.000Z"),
        ("", ""),
    ],
)
def test_a_deadline_of_the_ledger_comes_sooner_and_one_that_was_moved_stays(ask_at: str, moved: str) -> None:
    assert sooner(AT, ask_at) == moved
    assert not moved or sooner(AT, moved) == ""


class Ledger:
    """A stage with a run, and a batch that moves on whenever somebody looks away."""

    def __init__(self) -> None:
        upload = Upload("raw", "raw/a.csv", "etag")
        self.held = Run("a-1", upload, AT, AT, ask_at=IN_TWO_MINUTES)
        self.batch = Batch("b-1", upload, AT, AT, "", ask_at=IN_TWO_MINUTES)
        self.account, self.outputs, self.moved = self, {"LedgerTableName": "ledger"}, dict[str, str]()

    def ledger(self) -> "Ledger":
        return self

    def runs(self, _limit: int) -> list[Run]:
        return [self.held]

    def batches(self, *limit: int) -> Any:
        return [self.batch] if limit else self

    def client(self, service: str) -> "Ledger":
        assert service == "dynamodb"
        return self

    def update_item(self, **asked: Any) -> None:
        key, values = asked["Key"]["pk"]["S"], asked["ExpressionAttributeValues"]
        assert values[":before"]["S"] == IN_TWO_MINUTES
        if key == "batch#b-1":
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "UpdateItem")
        self.moved[key] = values[":after"]["S"]


def test_what_moved_on_meanwhile_keeps_its_deadline() -> None:
    ledger = Ledger()

    hasten(cast(Any, ledger))

    assert ledger.moved == {"run#a-1": SOONER}
