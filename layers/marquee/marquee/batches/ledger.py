"""Batches in the ledger: every change of stage is one conditional write."""

from __future__ import annotations

from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

from marquee.batches.models import (
    ENDED,
    FUNCTION_SECONDS,
    RUNNING,
    Batch,
    BatchNotFound,
    BatchStage,
    ask_at_of,
    deadline_now,
)
from marquee.clock import later, now
from marquee.ledger import Change, Condition, Table
from marquee.ledger.claims import claim_notice, close, notice_sent, release_notice

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient


class BatchLedger:
    """The batches in the table of runs."""

    def __init__(self, table: str, client: DynamoDBClient | None = None) -> None:
        self._table = Table(table, client)

    def create(self, batch: Batch) -> bool:
        """Record a new batch, open; False if it is there already."""
        return self._table.put_new(
            {"pk": _pk(batch.batch_id), "kind": "batch", "open": "batch", **batch.to_item()}
        )

    def get(self, batch_id: str) -> Batch:
        """Return the batch as it is now; BatchNotFound if there is none."""
        item = self._table.get(_pk(batch_id))
        if item is None:
            raise BatchNotFound(batch_id)
        return Batch.from_item(item)

    def knows(self, batch_id: str) -> bool:
        """Whether there is a batch of that id."""
        return self._table.get(_pk(batch_id)) is not None

    def batches(self, limit: int = 50) -> list[Batch]:
        """Return the newest batches, newest first."""
        return [Batch.from_item(item) for item in islice(self._table.newest("batch"), limit)]

    def since(self, at: str) -> Iterator[Batch]:
        """Yield every batch created at `at` or later, newest first, a page at a time."""
        newest = (Batch.from_item(item) for item in self._table.newest("batch"))
        return takewhile(lambda batch: batch.created_at >= at, newest)

    def open(self) -> Iterator[Batch]:
        """Yield every batch that something is still to be done for, oldest first, a page at a time."""
        return (Batch.from_item(item) for item in self._table.open("batch"))

    def close(self, batch: Batch) -> bool:
        """Take an ended batch out of the open ones; False if something came up since it was read."""
        return close(self._table, _pk(batch.batch_id), batch.opened_at, [str(stage) for stage in ENDED])

    def advance(
        self,
        batch_id: str,
        from_stages: Collection[BatchStage],
        change: Change,
        facts: Mapping[str, Any] | None = None,
    ) -> bool:
        """Move a batch to `change.stage` if it stands at one of `from_stages`; False if it has moved.

        `facts` are fields of Batch, such as rows and reason.
        """
        update = Condition()
        at = now()
        ask_at = ask_at_of(BatchStage(change.stage))
        sets = {**(facts or {}), "stage": change.stage, "updated_at": at, "ask_at": ask_at, "opened_at": at}
        clauses = [f"{update.path(name)} = {update.value(value)}" for name, value in sets.items()]
        line = {"stage": change.stage, "at": change.at, "cause": change.cause, "event_id": change.event_id}
        history = update.path("history")
        clauses.append(f"{history} = list_append({history}, {update.value([line])})")
        stages = ", ".join(update.value(str(stage)) for stage in from_stages)
        condition = f"{update.path('stage')} IN ({stages})"
        return self._table.update(_pk(batch_id), f"SET {', '.join(clauses)}", condition, update)

    def working(self, batch_id: str) -> None:
        """Record that a function works for a batch now, so that nobody sets another to work meanwhile."""
        update = Condition()
        setting = _at_work(update, later(FUNCTION_SECONDS))
        self._table.update(_pk(batch_id), setting, "attribute_exists(pk)", update)

    def takes_turn(self, batch_id: str) -> bool:
        """Record that a function works for a batch that waits for room; False if it waits no more."""
        update = Condition()
        # Its file is prepared: what is left to do is one call.
        setting = _at_work(update, ask_at_of(BatchStage.TRANSFORMING))
        stage = f"{update.path('stage')} IN ({', '.join(update.value(str(one)) for one in RUNNING)})"
        condition = f"{stage} AND {update.path('waits')} = {update.value(True)}"
        return self._table.update(_pk(batch_id), setting, condition, update)

    def waits(self, batch: Batch) -> None:
        """Record that there is no room for a batch's job, and give it more time: three days at most."""
        update = Condition()
        sets: dict[str, Any] = {
            "waits": True,
            "waiting_since": batch.waiting_since or now(),
            "updated_at": now(),
            "ask_at": ask_at_of(BatchStage.TRANSFORMING),
        }
        if batch.may_wait:
            sets["deadline"] = deadline_now()
        clauses = ", ".join(f"{update.path(name)} = {update.value(value)}" for name, value in sets.items())
        stages = ", ".join(update.value(str(stage)) for stage in RUNNING)
        condition = f"{update.path('stage')} IN ({stages})"
        self._table.update(_pk(batch.batch_id), f"SET {clauses}", condition, update)

    def claim_notice(self, batch_id: str, notice: str, lease_seconds: float) -> bool:
        """Claim the right to send one notice of a batch; False if it is sent or claimed."""
        return claim_notice(self._table, _pk(batch_id), notice, lease_seconds)

    def release_notice(self, batch_id: str, notice: str) -> None:
        """Give back the claim of a notice that could not be sent."""
        release_notice(self._table, _pk(batch_id), notice)

    def notice_sent(self, batch_id: str, notice: str) -> None:
        """Record that a notice went out."""
        notice_sent(self._table, _pk(batch_id), notice)


def _at_work(update: Condition, ask_at: str) -> str:
    return (
        f"SET {update.path('updated_at')} = {update.value(now())}, "
        f"{update.path('ask_at')} = {update.value(ask_at)}, "
        f"{update.path('waits')} = {update.value(False)}"
    )


def _pk(batch_id: str) -> str:
    return f"batch#{batch_id}"
