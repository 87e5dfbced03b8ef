"""Releases that must not happen, under a steady load: the old champion answers every request."""

import time
from collections.abc import Iterator
from dataclasses import replace

from chaos.journeys import GOOD, LIAR, UNSTARTABLE, WORSE, Journey
from chaos.load import Load, settled, steady
from chaos.rows import Options, Row
from chaos.trial import Flight, Trial

_ENDS = frozenset({"rejected", "failed"})
_BETTER = replace(GOOD, outcomes=frozenset({"live"}))
_BAD = {
    "a worse model": (WORSE, "floor"),
    "a model that answers otherwise than it was judged": (LIAR, ""),
    "a corrupt archive": (Journey("corrupt", _ENDS), ""),
    "a slow model": (Journey("slow", _ENDS), ""),
    "a model that crashes on every request": (Journey("crashing", _ENDS), ""),
    "a model that does not start": (UNSTARTABLE, ""),
}
_QUICK = ("a corrupt archive",)
_AFTER_SECONDS = 2.0


def rows(options: Options) -> Iterator[Row]:
    """A row per bad model, and one for a good release, whose predecessor answers until it does."""
    with options.stage() as stage:
        trial = Trial.on(stage)
        champion = trial.drop("champion", GOOD, options.seed * 1000)
        trial.land([champion])
        for name, (journey, words) in _BAD.items():
            if not options.quick or name in _QUICK:
                yield _released(trial, name, journey, words, options)
        yield _released(trial, "a good model", _BETTER, "", options)


def _released(trial: Trial, name: str, journey: Journey, words: str, options: Options) -> Row:
    started = time.monotonic()
    before = trial.stage.account.ledger().champion()
    version = before.version if before else ""
    with steady(trial.stage) as load:
        flight = trial.drop(name, journey, options.seed * 1000 + len(trial.flights))
        trial.land([flight])
        found = [breakage.sentence for breakage in trial.verdict()]
        settled(load, _AFTER_SECONDS)
    failures = (*found, *_failures(trial, flight, load, version, words))
    replay = f"python -m chaos --only releases --seed {options.seed}"
    remark = f"{load.sent} requests, {len(load.failures)} failed; answered by version {dict(load.versions)}"
    seconds = time.monotonic() - started
    return Row("release under load", name, 1, int(not failures), seconds, failures, replay, remark)


def _failures(trial: Trial, flight: Flight, load: Load, version: str, words: str) -> Iterator[str]:
    yield from (f"a request failed, {failure}" for failure in load.failures[:5])
    answered = set(load.versions)
    if flight.journey is _BETTER and len(answered | {version}) != 2:
        yield f"version {version} was the champion, and its successor, but {sorted(answered)} answered"
    if flight.journey is not _BETTER and answered != {version}:
        yield f"version {version} was the champion, but {sorted(answered)} answered"
    told = [n["text"] for n in trial.evidence.notices.values() if n.get("run_id") == flight.run_id]
    if not any("Why:" in text and words in text for text in told):
        yield f"no notice says why: {told}"
