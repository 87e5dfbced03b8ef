"""Every function, killed before and after each of its calls to AWS, and refused at each of them.

Which calls there are is not written down here: a clean passage of every journey is recorded first.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from chaos.errands import ask_for_a_prediction, look_for_idleness, read_the_shares, roll_back
from chaos.journeys import (
    BATCH,
    ETL_FAILS,
    GOOD,
    JOURNEYS,
    LIAR,
    REFUSED,
    RERUN,
    TWICE,
    UNSTARTABLE,
    WORSE,
    Journey,
)
from chaos.rows import Options, Row
from chaos.waves import Wave, Waves

KINDS: Mapping[str, Mapping[str, Any]] = {
    "killed before a call": {"kind": "kill", "when": "before"},
    "killed after a call": {"kind": "kill", "when": "after"},
    "call throttled": {"kind": "error", "error": "throttling", "attempts": "all"},
}
_ERRANDS = (ask_for_a_prediction, roll_back, read_the_shares, look_for_idleness)
_AT_DEPLOYMENT = "-publish-code"
"""The one function that works only while CloudFormation deploys, and whose failure fails the deployment."""
_PER_WAVE = 2
"""Faults that one function meets in a wave: Lambda and the machines try three times, the third must work."""
_ASKED_AGAIN = ("predict", "reconcile", "rerun", "roll-back", "share-traffic", "sweep-endpoint")
"""Functions that somebody asks, and asks again until they answer."""
_PER_WAVE_ASKED = 5
_NUMBERED = 16
"""A function with more different calls, such as the reconciler, is struck at the first of each action."""
_IN_TURN = (
    (GOOD, WORSE, REFUSED, ETL_FAILS, RERUN, BATCH),
    (TWICE, LIAR, UNSTARTABLE, REFUSED, ETL_FAILS, RERUN, BATCH),
)
"""Releases go one after the other, so that each more in a wave makes it longer: they take turns."""
_QUICK = (GOOD, ETL_FAILS, BATCH)
_QUICK_WAVES = 1
_MOST_WAVES = 40


@dataclass(frozen=True)
class Point:
    """A call that a function makes."""

    function: str
    action: str
    call: int | None

    def fault(self, kind: str) -> dict[str, Any]:
        """The fault of that kind at this call."""
        who = "function" if KINDS[kind]["kind"] == "kill" else "caller"
        number = {"call": self.call} if self.call else {}
        return {**KINDS[kind], who: self.function, "action": self.action, **number}


Faults = list[tuple[Point, str]]
"""Calls, each with the kind of fault that is to strike it."""


@dataclass
class Tally:
    """How often a kind of fault struck a function, and in how many of these nothing broke."""

    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    survived: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    missed: Faults = field(default_factory=list)
    """Faults that never struck, though their call was seen once."""
    unmet: list[str] = field(default_factory=list)
    """Functions that nothing here has at work, so that nothing is known of them."""


def rows(options: Options) -> Iterator[Row]:
    """A row per function and kind of fault."""
    started = time.monotonic()
    with options.stage() as stage:
        waves = Waves(stage)
        waves.warm_up()
        stage.cloud.record_calls(True)
        base = options.seed * 100_000
        waves.ride("clean", (), _files(_QUICK if options.quick else JOURNEYS, base), errands=_ERRANDS)
        points = points_of(stage.cloud.recorded_calls())
        unmet = unmet_of(stage.functions(), points)
        stage.cloud.record_calls(False)
        left = [(point, kind) for kind in KINDS for point in points]
        Random(options.seed).shuffle(left)  # noqa: S311 - an order, not a secret
        missed: Faults = []
        plans: list[Faults] = []
        for number in range(1, (_QUICK_WAVES if options.quick else _MOST_WAVES) + 1):
            chosen = _chosen(left)
            if not chosen:
                break
            faults = [point.fault(kind) for point, kind in chosen]
            files = _files(_QUICK if options.quick else _IN_TURN[number % 2], base + 100 * number)
            wave = waves.ride(f"wave {number}", faults, files, errands=_ERRANDS)
            plans.append(chosen)
            left, missed = left_of(left, missed, chosen, wave)
        waves.judge()
    tally = _tally(waves, plans)
    if not options.quick:
        tally.missed, tally.unmet = missed + left, unmet
    yield from _rows(tally, time.monotonic() - started, options)
    yield from _window(waves)


def _window(waves: Waves) -> Iterator[Row]:
    """The documented exception, counted by itself: survived here means told, and the run right."""
    deaths = sum(wave.deaths_beside_sns.total() for wave in waves.waves)
    survived = sum(wave.deaths_beside_sns.total() for wave in waves.waves if not waves.broken(wave))
    remark = f"{waves.repeated} of {deaths} notices came twice: SNS cannot be asked to send exactly once"
    if deaths:
        where = "killed between SNS's answer and its record"
        yield Row(where, "notices", deaths, survived, 0, remark=remark)


def points_of(recorded: list[dict[str, Any]]) -> list[Point]:
    """Every call seen, by its number in the invocation, or by its action where there are too many."""
    found: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for invocation in recorded:
        found[invocation["function"]].update(enumerate(invocation["calls"], start=1))
    return [point for function in sorted(found) for point in _points(function, found[function])]


def _points(function: str, calls: set[tuple[int, str]]) -> list[Point]:
    if len(calls) <= _NUMBERED:
        return [Point(function, action, number) for number, action in sorted(calls)]
    return [Point(function, action, None) for action in sorted({action for _, action in calls})]


def _files(journeys: tuple[Journey, ...], base: int) -> list[tuple[Journey, int]]:
    return [(journey, base + at) for at, journey in enumerate(journeys)]


def _chosen(left: Faults) -> Faults:
    """The next faults of every function, each at another call."""
    taken: Counter[str] = Counter()
    chosen = []
    for point, kind in left:
        if taken[point.function] < _most(point.function):
            taken[point.function] += 1
            chosen.append((point, kind))
    return chosen


def _most(function: str) -> int:
    asked = any(function.endswith(f"-{name}") for name in _ASKED_AGAIN)
    return _PER_WAVE_ASKED if asked else _PER_WAVE


def left_of(left: Faults, missed: Faults, chosen: Faults, wave: Wave) -> tuple[Faults, Faults]:
    """What is still to be tried, and what never struck.

    What did not come about is tried once more, last, whatever the number of the call is then.
    """
    rest = [tried for tried in left if tried not in chosen]
    idle = [tried for place, tried in enumerate(chosen) if not wave.struck(place)]
    again = list(dict.fromkeys(_at_any_number(tried) for tried in idle if tried not in missed))
    known = [tried for tried in missed if tried not in chosen or tried in idle]
    new = [tried for tried in again if tried not in rest]
    return rest + new, known + [tried for tried in again if tried not in known]


def _at_any_number(tried: tuple[Point, str]) -> tuple[Point, str]:
    point, kind = tried
    return replace(point, call=None), kind


def unmet_of(functions: list[str], points: list[Point]) -> list[str]:
    """Functions of the stack that made no call while nothing was wrong."""
    met = {point.function for point in points}
    return [name for name in functions if name not in met and not name.endswith(_AT_DEPLOYMENT)]


def _tally(waves: Waves, plans: list[Faults]) -> Tally:
    tally = Tally()
    for wave, chosen in zip(waves.waves[1:], plans, strict=True):
        failures = waves.broken(wave)
        for place, (point, kind) in enumerate(chosen):
            struck, key = wave.struck(place), (kind, point.function)
            tally.tried[key] += struck
            if failures and struck:
                tally.failures[key] += (told for told in failures if told not in tally.failures[key])
            else:
                tally.survived[key] += struck
    return tally


def _rows(tally: Tally, seconds: float, options: Options) -> Iterator[Row]:
    replay = f"python -m chaos --only calls --seed {options.seed}"
    for kind in KINDS:
        yield from (Row(kind, function, 0, 0, 0, replay=replay) for function in tally.unmet)
        for function in sorted({function for held, function in tally.tried if held == kind}):
            key = (kind, function)
            missed = [point for point, held in tally.missed if (held, point.function) == key]
            calls = ", ".join(f"{point.action} {point.call or ''}".strip() for point in missed)
            remark = f"calls that did not come about again: {calls}" if missed else ""
            if tally.tried[key] or not options.quick:
                tried, survived, failures = tally.tried[key], tally.survived[key], tuple(tally.failures[key])
                share = seconds * tried / max(1, tally.tried.total())
                yield Row(kind, function, tried, survived, share, failures, replay, remark)
