"""The order of releases: what must be newer than what it replaces."""

from collections.abc import Iterable, Iterator

from marquee.ledger import Run
from marquee.notices import Outcome


def out_of_order(runs: Iterable[Run]) -> Iterator[tuple[str, str]]:
    """Yield (run_id, a sentence) of each model that replaced a champion of a newer upload by itself.

    A rollback is asked for: the model that it brings back may be older, and the next release has to be
    newer than that one alone. Between two rollbacks the order holds as ever.
    """
    newest = ""
    for _, rolled_back, began_at, run_id in sorted(_changes(runs)):
        if began_at < newest and not rolled_back:
            yield run_id, f"it replaced a champion of a newer upload ({began_at}, not after {newest})"
        newest = began_at


def _changes(runs: Iterable[Run]) -> Iterator[tuple[str, bool, str, str]]:
    """Every change of the champion: (when, by a rollback, when the upload came, run_id)."""
    for run in runs:
        yield from (
            (change.at, False, run.began_at, run.run_id) for change in run.history if change.stage == "LIVE"
        )
        for notice in run.notices:
            outcome, _, since = notice.partition("-")  # the occasion is the moment it answered again
            if outcome == Outcome.ROLLED_BACK:
                yield since, True, run.began_at, run.run_id
