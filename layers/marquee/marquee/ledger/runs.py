"""Runs in the ledger: every change of stage is one conditional write."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from marquee.clock import now
from marquee.ledger.claims import claim_notice, close, notice_sent, release_notice
from marquee.ledger.clauses import appended, fresh_work, is_attempt, set_facts, stands_at, stays
from marquee.ledger.models import ENDED, Champion, Change, Promotion, Run, RunNotFound, Stage, Work, work_key
from marquee.ledger.table import Condition, Put, Table, Update

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

_CHAMPION = "champion"


class Ledger:
    """The table of runs, the champion's pointer, and who was told."""

    def __init__(self, table: str, client: DynamoDBClient | None = None) -> None:
        self._table = Table(table, client)

    def create(self, run: Run) -> bool:
        """Record a new run, open; False if it is there already."""
        at = run.created_at
        work = {work_key(run.attempt, run.stage): asdict(Work())}
        item = {**run.to_item(), "began_at": run.began_at or at, "opened_at": at, "work": work}
        return self._table.put_new({"pk": _pk(run.run_id), "kind": "run", "open": "run", **item})

    def get(self, run_id: str) -> Run:
        """Return the run as it is now; RunNotFound if there is none."""
        item = self._table.get(_pk(run_id))
        if item is None:
            raise RunNotFound(run_id)
        return Run.from_item(item)

    def runs(self, limit: int = 50) -> list[Run]:
        """Return the newest runs, newest first."""
        return list(islice(self.newest(), limit))

    def newest(self) -> Iterator[Run]:
        """Yield every run, newest first, a page at a time."""
        return (Run.from_item(item) for item in self._table.newest("run"))

    def open(self) -> Iterator[Run]:
        """Yield every run that something is still to be done for, oldest first, a page at a time."""
        return (Run.from_item(item) for item in self._table.open("run"))

    def close(self, run: Run) -> bool:
        """Take an ended run out of the open ones; False if something came up since it was read."""
        return close(self._table, _pk(run.run_id), run.opened_at, [str(stage) for stage in ENDED])

    def advance(  # noqa: PLR0913 - one conditional write has this many parts
        self,
        run_id: str,
        attempt: int,
        from_stages: Collection[Stage],
        to: Stage,
        cause: str,
        *,
        event_id: str = "",
        facts: Mapping[str, Any] | None = None,
        reason: str = "",
        ask_at: str = "",
        deadline: str = "",
        promotion: Promotion | None = None,
    ) -> bool:
        """Move a run to a stage if this attempt stands at one of `from_stages`; False if it has moved.

        A stage without a deadline is one that ends the run; it stays open until it is closed. With a
        promotion the champion's pointer moves in the same transaction: both or neither, and False also
        if the champion is another.
        """
        at = now()
        change = Condition()
        sets = {
            "stage": str(to),
            "updated_at": at,
            "reason": reason,
            "ask_at": ask_at,
            "deadline": deadline,
            "open": "run",
            "opened_at": at,
        }
        clauses = [f"{change.path(name)} = {change.value(value)}" for name, value in sets.items()]
        clauses += [appended(change, Change(str(to), at, cause, event_id)), fresh_work(change, attempt, to)]
        clauses += set_facts(change, facts or {})
        condition = f"{is_attempt(change, attempt)} AND {stands_at(change, from_stages)}"
        update = Update(_pk(run_id), f"SET {', '.join(clauses)}", condition, change)
        if promotion:
            return self._table.both(update, _pointer(promotion))
        return self._table.update(update.pk, update.changes, update.condition, update.bindings)

    def adopt(self, run_id: str, sequencer: str) -> bool:
        """Give a run whose upload was found without its event that event's sequencer; False if it has one."""
        change = Condition()
        known = change.path("upload", "sequencer")
        setting = f"SET {known} = {change.value(sequencer)}"
        condition = f"{known} IN ({change.value('')}, {change.value(sequencer)})"
        return self._table.update(_pk(run_id), setting, condition, change)

    def record(self, run: Run, facts: Mapping[str, Any]) -> bool:
        """Add facts to a run without moving it; False, and nothing added, if it is at another attempt by now.

        What works for an attempt may outlive it: a function that is still at it knows nothing of the next.
        """
        if not facts:
            return True
        change = Condition()
        clauses = ", ".join(set_facts(change, facts))
        condition = is_attempt(change, run.attempt)
        return self._table.update(_pk(run.run_id), f"SET {clauses}", condition, change)

    def tried(self, run: Run) -> bool:
        """Count that the work of a run's stage is asked for; False if it has moved or another asks for it."""
        change = Condition()
        tries = change.path("work", work_key(run.attempt, run.stage), "tries")
        setting = f"SET {tries} = {change.value(run.working.tries + 1)}"
        condition = f"{stays(change, run)} AND {tries} = {change.value(run.working.tries)}"
        return self._table.update(_pk(run.run_id), setting, condition, change)

    def waited(self, run: Run, waiting_for: str, deadline: str) -> None:
        """Count that the work of a run's stage had to wait, and give it more time, unless it has moved."""
        change, key = Condition(), work_key(run.attempt, run.stage)
        waits, since = change.path("work", key, "waits"), change.path("work", key, "waiting_since")
        setting = (
            f"SET {waits} = {waits} + {change.value(1)}, "
            f"{since} = {change.value(run.working.waiting_since or now())}, "
            f"{change.path('work', key, 'waiting_for')} = {change.value(waiting_for)}, "
            f"{change.path('deadline')} = {change.value(deadline)}"
        )
        self._table.update(_pk(run.run_id), setting, stays(change, run), change)

    def begin_attempt(self, run: Run, cause: str, deadline: str, ask_at: str = "") -> bool:
        """Start the next attempt of an ended run, with no facts; False if another did so first."""
        at = now()
        change = Condition()
        sets = {
            "stage": str(Stage.RECEIVED),
            "attempt": run.attempt + 1,
            "updated_at": at,
            "began_at": at,
            "ask_at": ask_at,
            "deadline": deadline,
            "reason": "",
            "facts": {},
            "open": "run",
            "opened_at": at,
        }
        clauses = [f"{change.path(name)} = {change.value(value)}" for name, value in sets.items()]
        clauses.append(appended(change, Change(str(Stage.RECEIVED), at, cause)))
        clauses.append(fresh_work(change, run.attempt + 1, Stage.RECEIVED))
        condition = f"{is_attempt(change, run.attempt)} AND {stands_at(change, ENDED)}"
        return self._table.update(_pk(run.run_id), f"SET {', '.join(clauses)}", condition, change)

    def champion(self) -> Champion | None:
        """Return the model that is answering now, or None before the first release."""
        item = self._table.get(_CHAMPION)
        return Champion.from_item(item) if item else None

    def replace_champion(self, champion: Champion, replaces: Champion) -> bool:
        """Write the champion's pointer anew; False if it does not point at `replaces` any more."""
        put = _pointer(Promotion(champion, replaces.version))
        since = f"{put.bindings.path('since')} = {put.bindings.value(replaces.since)}"
        return self._table.put(put.item, f"{put.condition} AND {since}", put.bindings)

    def claim_notice(
        self, run_id: str, notice: str, lease_seconds: float, words: str = "", forget: Collection[str] = ()
    ) -> bool:
        """Claim the right to send one notice of a run; False if it is sent, or claimed by somebody alive."""
        return claim_notice(self._table, _pk(run_id), notice, lease_seconds, words=words, forget=forget)

    def release_notice(self, run_id: str, notice: str) -> None:
        """Give back the claim of a notice that could not be sent."""
        release_notice(self._table, _pk(run_id), notice)

    def notice_sent(self, run_id: str, notice: str) -> None:
        """Record that a notice went out."""
        notice_sent(self._table, _pk(run_id), notice)


def _pk(run_id: str) -> str:
    return f"run#{run_id}"


def _pointer(promotion: Promotion) -> Put:
    change, champion = Condition(), promotion.champion
    expected = (
        "attribute_not_exists(pk)"
        if promotion.replaces is None
        else f"{change.path('version')} = {change.value(promotion.replaces)}"
    )
    item = {"pk": _CHAMPION, "kind": _CHAMPION, "created_at": champion.since, **champion.to_item()}
    return Put(item, expected, change)
