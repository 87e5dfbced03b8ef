"""Random schedules of faults, each drawn from a seed, with many uploads in flight.

A schedule is a file and the faults drawn for it; twenty are in flight at a time. `--seed N` plays the
twenty that N is among: the faults of one strike the files of the others too, so they are what is replayed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chaos.journeys import JOURNEYS, Journey
from chaos.rows import Options, Row
from chaos.stage import Stage
from chaos.subjects.events import FAULTS as EVENT_FAULTS
from chaos.subjects.points import KINDS as CALL_KINDS
from chaos.subjects.rules import rules_of
from chaos.waves import Wave, Waves

_TOGETHER = 20
_QUICK_TOGETHER = 10
_MOST_FAULTS = 3
_CALLS = 4
"""Most functions make at least so many; the subject `calls` strikes the others at each of theirs."""
_NOT_OF_FILES = ("-predict", "-publish-code", "-roll-back", "-share-traffic", "-sweep-endpoint")
"""Functions that only people and clocks set to work."""
_RARE_RULES = ("-crawl-failed", "-preparation-failed")
"""They tell of what no file here brings about."""


@dataclass
class Schedules:
    """What became of the schedules that were drawn."""

    together: int = _TOGETHER
    """In flight at a time."""
    drawn: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    """By the label of their wave: those of which a fault struck. One that met nothing was not tried."""

    def note(self, wave: Wave, owners: Sequence[int]) -> None:
        """Take a wave; `owners`: the schedule that each of its faults was drawn for."""
        self.drawn += self.together
        self.struck[wave.label] += len({owner for at, owner in enumerate(owners) if wave.struck(at)})


def rows(options: Options) -> Iterator[Row]:
    """One row: schedules that struck, and those of them that were survived."""
    first, wanted, most = _range(options)
    schedules = Schedules(_QUICK_TOGETHER if options.quick else _TOGETHER)
    with options.stage() as stage:
        waves, deck = Waves(stage), Deck(stage)
        waves.warm_up()
        while schedules.struck.total() < wanted and schedules.drawn < most:
            start = first + schedules.drawn
            seeds = range(start, start + schedules.together)
            drawn = [(seed, fault) for seed in seeds for fault in deck.faults(seed)]
            files = [file_of(seed) for seed in seeds]
            faults = [fault for _, fault in drawn]
            wave = waves.ride(f"seeds {start} to {seeds[-1]}", faults, files, seed=start)
            schedules.note(wave, [seed for seed, _ in drawn])
        waves.judge()
    yield _row(waves, schedules, wanted)


def _range(options: Options) -> tuple[int, int, int]:
    """The first seed, how many schedules have to strike, and how many are drawn for that at most."""
    if options.only_seed:
        return options.seed - (options.seed - 1) % _TOGETHER, 1, _TOGETHER
    if options.quick:
        return options.seed, 1, _QUICK_TOGETHER
    return options.seed, options.schedules, options.schedules * 3 // 2


class Deck:
    """What schedules are drawn from: the rules and the functions of the deployed stack."""

    def __init__(self, stage: Stage) -> None:
        self._rules = [rule for rule in rules_of(stage, schedules=False) if not rule.endswith(_RARE_RULES)]
        self._functions = [name for name in stage.functions() if not name.endswith(_NOT_OF_FILES)]

    def faults(self, seed: int) -> list[dict[str, Any]]:
        """One to three faults: of events more often than of calls, as in life."""
        random = Random(seed)  # noqa: S311 - a schedule, not a secret
        return [self._fault(random) for _ in range(random.randint(1, _MOST_FAULTS))]

    def _fault(self, random: Random) -> dict[str, Any]:
        # Twenty schedules share the events: some strike one further on.
        skip = {"skip": random.randrange(2)}
        if random.random() < 0.6:
            kind = random.choice(list(EVENT_FAULTS.values()))
            return {**kind, **skip, "rule": random.choice(self._rules)}
        kind = random.choice(list(CALL_KINDS.values()))
        who = "function" if kind["kind"] == "kill" else "caller"
        call = {"call": random.randint(1, _CALLS)}
        return {**kind, **skip, **call, who: random.choice(self._functions)}


def file_of(seed: int) -> tuple[Journey, int]:
    """The file of a schedule: all journeys in turn, so that twenty in flight meet every rule."""
    return JOURNEYS[seed % len(JOURNEYS)], 10_000 + seed


def _row(waves: Waves, schedules: Schedules, wanted: int) -> Row:
    tried, survived, failures = schedules.struck.total(), 0, list[str]()
    for wave in waves.waves:
        broken = waves.broken(wave)
        survived += 0 if broken else schedules.struck[wave.label]
        failures += [f"{wave.label}: {sentence}" for sentence in broken]
    if tried < wanted:
        failures.append(f"of {schedules.drawn} schedules drawn only {tried} struck anything, not {wanted}")
    struck = ", ".join(f"{kind} {times}" for kind, times in sorted(waves.kinds.items()))
    seconds = sum(wave.seconds for wave in waves.waves)
    first = _first_broken(waves)
    replay = f"python -m chaos --only schedules --seed {first}" if first else ""
    remark = (
        f"{schedules.drawn} drawn, {schedules.together} in flight at a time; struck: {struck}; "
        f"{waves.repeated} notices came twice by a death or an answer too late beside SNS"
    )
    where = "the whole stage"
    return Row("random schedules", where, tried, survived, seconds, tuple(failures), replay, remark)


def _first_broken(waves: Waves) -> str:
    broken: list[Wave] = [wave for wave in waves.waves if waves.broken(wave)]
    return broken[0].label.split()[1] if broken else ""
