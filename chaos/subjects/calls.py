"""Every function, killed before and after each of its calls to AWS, and refused at each of them.

Which calls there are is not written down here: clean passages of every journey are recorded first. A call
that was seen then, and that no fault ever met again, is not survived.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from chaos.errands import ask_for_a_prediction, look_for_idleness, read_the_shares, roll_back
from chaos.journeys import (
    BATCH,
    ETL_FAILS,
    GOOD,
    LIAR,
    REFUSED,
    RERUN,
    TWICE,
    UNSTARTABLE,
    WORSE,
    Journey,
)
from chaos.rows import Options, Row
from chaos.subjects.points import (
    KINDS,
    Faults,
    Point,
    chosen_of,
    faults_of,
    left_of,
    points_of,
    turn_of,
    unmet_of,
)
from chaos.subjects.tally import Struck, Tally, tallied
from chaos.waves import Errand, Waves

_ERRANDS = (ask_for_a_prediction, roll_back, read_the_shares, look_for_idleness)
_IN_TURN = (
    (GOOD, WORSE, REFUSED, ETL_FAILS, RERUN, BATCH),
    (TWICE, LIAR, UNSTARTABLE, REFUSED, ETL_FAILS, RERUN, BATCH),
)
"""Releases go one after the other, so that each more in a wave makes it longer: they take turns."""
_LOST = ("dataset-ready", "model-trained", "transform-ended")


@dataclass(frozen=True)
class Course:
    """What happens in the passages that are recorded, and in the waves in which faults strike."""

    turns: Sequence[tuple[Journey, ...]]
    """The files of a passage; waves take turns."""
    errands: Sequence[Errand]
    most_waves: int
    functions: tuple[str, ...] = ("",)
    """Only functions whose names end so are struck."""
    setting: str = ""
    """What is said beside a function's name."""
    is_part: bool = False
    """Whether it is enough to try some of what was seen."""


_ALL = Course(_IN_TURN, _ERRANDS, most_waves=45)
_QUICK = Course(((GOOD, ETL_FAILS, BATCH),), _ERRANDS, most_waves=1, is_part=True)


def rows(options: Options) -> Iterator[Row]:
    """A row per function and kind of fault."""
    with options.stage() as stage:
        yield from taken(Waves(stage), _QUICK if options.quick else _ALL, "calls", options.seed)


def taken(waves: Waves, course: Course, subject: str, seed: int) -> Iterator[Row]:
    """A row per function and kind of fault of a course."""
    started = time.monotonic()
    waves.warm_up()
    struck = _struck(waves, course, seed)
    waves.judge()
    seconds, replay = time.monotonic() - started, f"python -m chaos --only {subject} --seed {seed}"
    yield from _rows(tallied(waves, struck), struck, course, seconds, replay)
    yield from _window(waves, course)


def _struck(waves: Waves, course: Course, seed: int) -> Struck:
    """Record the passages, then strike what was seen in them, wave by wave."""
    turns, base, struck = course.turns, seed * 100_000, Struck()
    points = [one for one in _recorded(waves, course, base) if one.function.endswith(course.functions)]
    left = faults_of(points)
    Random(seed).shuffle(left)  # noqa: S311 - an order, not a secret
    for number in range(1, course.most_waves + 1):
        turn = turn_of(left, number, len(turns))
        if not (chosen := chosen_of(left, turn)):
            break
        faults = [*(point.fault(kind) for point, kind in chosen), *_work_for_the_reconciler(chosen)]
        files = _files(turns[turn], base + 100 * number)
        wave = waves.ride(f"wave {number}", faults, files, errands=course.errands)
        struck.plans.append(chosen)
        left, struck.unseen = left_of(left, struck.unseen, chosen, wave)
    if course.is_part:
        return Struck(struck.plans)
    known = [name for name in waves.stage.functions() if name.endswith(course.functions)]
    return Struck(struck.plans, struck.unseen + left, unmet_of(known, points))


def _work_for_the_reconciler(chosen: Faults) -> list[dict[str, Any]]:
    """Lost events, if one of its calls did not come about: it makes some only where an event was lost."""
    missed = any(point.misses and point.function.endswith("-reconcile") for point, _ in chosen)
    return [{"kind": "drop", "rule": f"*-{rule}"} for rule in _LOST] if missed else []


def _recorded(waves: Waves, course: Course, base: int) -> list[Point]:
    """Every call of a clean passage of each turn."""
    passages = []
    for turn, journeys in enumerate(course.turns):
        waves.stage.cloud.record_calls(True)
        waves.ride("clean", (), _files(journeys, base + 50 * turn), errands=course.errands)
        passages.append(waves.stage.cloud.recorded_calls())
    waves.stage.cloud.record_calls(False)
    return points_of(*passages)


def _files(journeys: tuple[Journey, ...], base: int) -> list[tuple[Journey, int]]:
    return [(journey, base + at) for at, journey in enumerate(journeys)]


def _window(waves: Waves, course: Course) -> Iterator[Row]:
    """The documented exception, counted by itself: survived here means told, and the run right."""
    deaths = sum(wave.deaths_beside_sns.total() for wave in waves.waves)
    survived = sum(wave.deaths_beside_sns.total() for wave in waves.waves if not waves.broken(wave))
    remark = f"{waves.repeated} of {deaths} notices came twice: SNS cannot be asked to send exactly once"
    if deaths:
        where = "killed between SNS's answer and its record"
        yield Row(where, f"notices{course.setting}", deaths, survived, 0, remark=remark)


def _rows(
    found: Mapping[tuple[str, str], Tally], struck: Struck, course: Course, seconds: float, replay: str
) -> Iterator[Row]:
    every = sum(tally.tried for tally in found.values())
    for kind in KINDS:
        yield from (Row(kind, function + course.setting, 0, 0, 0, replay=replay) for function in struck.unmet)
        for function in sorted(function for held, function in found if held == kind):
            one = found[kind, function]
            if one.tried:
                share = seconds * one.tried / every
                held = (one.tried, one.survived, share, tuple(one.failures), replay, one.remark)
                yield Row(kind, function + course.setting, *held)
