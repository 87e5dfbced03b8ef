"""One run as a person reads it: what happened when, how long it took, what it waited for, who was told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cli.following import Spell, spells
from cli.terminal import duration
from marquee.clock import now, seconds_between
from marquee.ledger import ENDED, Run, Stage, Work
from marquee.ledger.models import work_key


@dataclass(frozen=True)
class Moment:
    """One line of a timeline; `took` and `tries` are empty where they say nothing."""

    at: str
    what: str
    took: str
    tries: str
    why: str


def timeline(run: Run) -> list[Moment]:
    """Return every stage of every attempt and every notice, in the order of time."""
    return sorted([*_stages(run), *_notices(run)], key=lambda moment: moment.at)


def waiting(run: Run) -> str:
    """Return what a run waits for at this moment, "" if for nothing."""
    work = run.working
    if run.ended or not work.waits or work.waits != work.tries:
        return ""
    since = duration(seconds_between(work.waiting_since, now()))
    return f"Waits for {work.waiting_for} since {since}, asked {work.tries} times."


def _stages(run: Run) -> Iterator[Moment]:
    attempt = 0
    for spell in spells(run.history):
        attempt += spell.stage == Stage.RECEIVED
        work = run.work.get(work_key(attempt, spell.stage), Work())
        name = spell.stage if attempt < 2 else f"{spell.stage} ({attempt})"
        yield Moment(spell.began, name, _took(spell), str(work.tries or ""), _why(spell, work))


def _took(spell: Spell) -> str:
    if spell.stage in ENDED:
        return ""
    if spell.seconds is None:
        return f"{duration(seconds_between(spell.began, now()))} so far"
    return duration(spell.seconds)


def _why(spell: Spell, work: Work) -> str:
    if not work.waits:
        return spell.cause
    times = "once" if work.waits == 1 else f"{work.waits} times"
    return f"{spell.cause}; had to wait {times} for {work.waiting_for}"


def _notices(run: Run) -> Iterator[Moment]:
    for notice, entry in run.notices.items():
        attempt, _, outcome = notice.partition("-")
        told = outcome if attempt.isdigit() else attempt
        at = entry.get("sent_at") or entry["claimed_at"] or run.updated_at
        words = f"people were told: {told}" if "sent_at" in entry else f"the notice {told} is not out yet"
        yield Moment(at, "", "", "", words)
