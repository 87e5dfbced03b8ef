"""Every function, killed before and after each of its calls to AWS, and refused at each of them.

Which calls there are is not written down here: clean passages of every journey are recorded first. A call
that was seen then, and that no fault ever met again, is not survived.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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
from chaos.waves import Errand, Waves

_ERRANDS = (ask_for_a_prediction, roll_back, read_the_shares, look_for_idleness)
_IN_TURN = (
    (GOOD, WORSE, REFUSED, ETL_FAILS, RERUN, BATCH),
    (TWICE, LIAR, UNSTARTABLE, REFUSED, ETL_FAILS, RERUN, BATCH),
)
"""Releases go one after the other, so that each more in a wave makes it longer: they take turns."""
_LOST = ("dataset-ready", "model-trained", "transform-ended")
_UNSEEN = "was seen once and never met again, so that nothing is known of it"


@dataclass
class Struck:
    """What the waves tried."""

    plans: list[Faults] = field(default_factory=list)
    """Of every wave."""
    unseen: Faults = field(default_factory=list)
    """Faults that never struck, though their call was seen once."""
    unmet: list[str] = field(default_factory=list)
    """Functions that nothing here has at work, so that nothing is known of them."""


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


@dataclass
class Tally:
    """What became of one kind of fault in one function."""

    tried: int = 0
    survived: int = 0
    elsewhere: int = 0
    """Of those tried: at their action, though not at the place where it was seen."""
    by_pairs: bool = False
    failures: dict[str, None] = field(default_factory=dict)
    """Sentences, in their order."""

    def note(self, point: Point, struck: int, failures: Sequence[str]) -> None:
        """Take a fault of a wave, how often it struck, and what broke in it."""
        self.tried += struck
        self.elsewhere += struck if point.is_anywhere else 0
        self.by_pairs = self.by_pairs or point.call is None
        if struck and failures:
            self.failures |= dict.fromkeys(failures)
        else:
            self.survived += struck

    def note_unseen(self, point: Point) -> None:
        """Take a fault that never struck."""
        self.tried += 1
        self.failures[f"{point.place} of {point.function} {_UNSEEN}"] = None

    @property
    def remark(self) -> str:
        """What its row does not say."""
        pairs = "struck at each call behind each other, of too many different ones" if self.by_pairs else ""
        place = f"{self.elsewhere} at that action, though not at the place where it was seen"
        return "; ".join(filter(None, (pairs, place if self.elsewhere else "")))


def tallied(waves: Waves, struck: Struck) -> dict[tuple[str, str], Tally]:
    """By kind of fault and function, what became of it."""
    found = defaultdict[tuple[str, str], Tally](Tally)
    struck_waves = [wave for wave in waves.waves if wave.faults]
    for wave, chosen in zip(struck_waves, struck.plans, strict=True):
        failures = waves.broken(wave)
        for place, (point, kind) in enumerate(chosen):
            found[kind, point.function].note(point, wave.struck(place), failures)
    for point, kind in struck.unseen:
        found[kind, point.function].note_unseen(point)
    return found


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
