"""Every function, killed before and after each of its calls to AWS, and refused at each of them.

Which calls there are is not written down here: a clean passage of every journey is recorded first.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chaos.errands import ask_for_a_prediction, roll_back
from chaos.journeys import BATCH, ETL_FAILS, GOOD, JOURNEYS, Journey
from chaos.rows import Options, Row
from chaos.waves import Wave, Waves

KINDS: Mapping[str, Mapping[str, Any]] = {
    "killed before a call": {"kind": "kill", "when": "before"},
    "killed after a call": {"kind": "kill", "when": "after"},
    "call throttled": {"kind": "error", "error": "throttling", "attempts": "all"},
}
_ERRANDS = (ask_for_a_prediction, roll_back)
_PER_WAVE = 2
"""Faults that one function meets in a wave: Lambda and the machines try three times, the third must work."""
_NUMBERED = 16
"""A function with more different calls, such as the reconciler, is struck at the first of each action."""
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


@dataclass
class Tally:
    """How often a kind of fault struck a function, and in how many of these nothing broke."""

    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    survived: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))


def rows(options: Options) -> Iterator[Row]:
    """A row per function and kind of fault."""
    started = time.monotonic()
    journeys = (GOOD, ETL_FAILS, BATCH) if options.quick else JOURNEYS
    with options.stage() as stage:
        waves = Waves(stage)
        waves.warm_up()
        stage.cloud.record_calls(True)
        base = options.seed * 100_000
        waves.ride("clean", (), _files(journeys, base), errands=_ERRANDS)
        points = points_of(stage.cloud.recorded_calls())
        stage.cloud.record_calls(False)
        left = [(point, kind) for kind in KINDS for point in points]
        Random(options.seed).shuffle(left)  # noqa: S311 - an order, not a secret
        plans: list[list[tuple[Point, str]]] = []
        for number in range(1, (_QUICK_WAVES if options.quick else _MOST_WAVES) + 1):
            chosen = _chosen(left)
            if not chosen:
                break
            faults = [point.fault(kind) for point, kind in chosen]
            wave = waves.ride(f"wave {number}", faults, _files(journeys, base + 100 * number), 0, _ERRANDS)
            plans.append(chosen)
            left = _without(left, chosen, wave)
        waves.judge()
    tally = _tally(waves, plans)
    yield from _rows(tally, time.monotonic() - started, options, () if options.quick else left)
    repeated = sum(waves.repeated(wave) for wave in waves.waves)
    deaths = sum(wave.deaths_beside_sns for wave in waves.waves)
    if deaths:
        yield _window(deaths, repeated)


def _window(deaths: int, repeated: int) -> Row:
    """The documented exception, counted by itself: survived here means told, and the run right."""
    remark = f"{repeated} of {deaths} notices came twice: SNS cannot be asked to send exactly once"
    return Row("killed between SNS's answer and its record", "notices", deaths, deaths, 0, remark=remark)


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


def _chosen(left: list[tuple[Point, str]]) -> list[tuple[Point, str]]:
    """The next faults of every function, each at another call."""
    taken: Counter[str] = Counter()
    chosen = []
    for point, kind in left:
        if taken[point.function] < _PER_WAVE:
            taken[point.function] += 1
            chosen.append((point, kind))
    return chosen


def _without(
    left: list[tuple[Point, str]], chosen: list[tuple[Point, str]], wave: Wave
) -> list[tuple[Point, str]]:
    """What is still to be tried: what did not come about goes to the end, once."""
    again = [tried for place, tried in enumerate(chosen) if not wave.struck(place)]
    rest = [tried for tried in left if tried not in chosen]
    return rest + ([] if len(again) == len(chosen) else again)


def _tally(waves: Waves, plans: list[list[tuple[Point, str]]]) -> Tally:
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


def _rows(
    tally: Tally, seconds: float, options: Options, left: "list[tuple[Point, str]] | tuple[()]"
) -> Iterator[Row]:
    replay = f"python -m chaos --only calls --seed {options.seed}"
    for kind in KINDS:
        for function in sorted({function for held, function in tally.tried if held == kind}):
            key = (kind, function)
            missed = [str(point.call or point.action) for point, k in left if (k, point.function) == key]
            remark = f"calls that did not come about again: {', '.join(missed)}" if missed else ""
            if tally.tried[key] or not options.quick:
                yield Row(
                    kind,
                    function,
                    tally.tried[key],
                    tally.survived[key],
                    seconds / len(KINDS),
                    tuple(tally.failures[key]),
                    replay,
                    remark,
                )
