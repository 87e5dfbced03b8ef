"""Everything due in one pass, each in its turn: what a pass did not come to is where the next begins."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from marquee.ledger.cursor import Cursor
from marquee.observability import logger
from marquee.reconciliation.bounds import Budget

_SEARCH = "reconcile"


@dataclass(frozen=True)
class Due:
    """Something to look at; `look` says what was found, "" for nothing. `run_id`: of a run or a batch.

    `place` is where it stands in the line, and is its own for as long as it is due.
    """

    name: str
    place: str
    look: Callable[[], str]
    run_id: str = ""


@dataclass(frozen=True)
class Turns:
    """Goes round, not from the beginning each time: a service that hangs must not keep others waiting."""

    cursor: Cursor

    def of(self, due: Iterable[Due], budget: Budget) -> Iterator[Due]:
        """Yield what is due until the time is spent, first what an earlier pass did not come to.

        Who dies at one goes on behind it in the next pass, for the note of it is written before.
        """
        behind = self.cursor.get(_SEARCH)
        items = _from(list(due), behind)
        for number, item in enumerate(items):
            if budget.is_spent:
                logger().warning("left to the next pass", extra={"items": len(items) - number})
                return
            self.cursor.put(_SEARCH, item.place)
            yield item
        self.cursor.put(_SEARCH, "")


def _from(items: list[Due], behind: str) -> list[Due]:
    """Return those behind a place first; what stood there may be gone."""
    line = sorted(items, key=lambda item: item.place)
    return [
        *(item for item in line if item.place > behind),
        *(item for item in line if item.place <= behind),
    ]
