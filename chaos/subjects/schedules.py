"""Random schedules of faults, each drawn from a seed, with many uploads in flight.

A schedule is a file and the faults drawn for it; ten are in flight at a time. `--seed N` plays the
ten that N is among: the faults of one strike the files of the others too, so they are what is replayed.
"""

from collections.abc import Iterator
from random import Random
from typing import Any

from chaos.journeys import JOURNEYS, Journey
from chaos.rows import Options, Row
from chaos.stage import Stage
from chaos.subjects.calls import KINDS as CALL_KINDS
from chaos.subjects.events import FAULTS as EVENT_FAULTS
from chaos.subjects.events import rules_of
from chaos.waves import Wave, Waves

_TOGETHER = 10
_QUICK_SCHEDULES = 10
_MOST_FAULTS = 3
_CALLS = 10


def rows(options: Options) -> Iterator[Row]:
    """One row: schedules tried and survived."""
    first, count = _range(options)
    with options.stage() as stage:
        waves, deck = Waves(stage), Deck(stage)
        waves.warm_up()
        for start in range(first, first + count, _TOGETHER):
            seeds = range(start, start + _TOGETHER)
            faults = [fault for seed in seeds for fault in deck.faults(seed)]
            files = [deck.file(seed) for seed in seeds]
            waves.ride(f"seeds {start} to {seeds[-1]}", faults, files, seed=start)
        waves.judge()
    yield _row(waves, count)


def _range(options: Options) -> tuple[int, int]:
    """The first seed, and how many schedules."""
    if options.only_seed:
        return options.seed - (options.seed - 1) % _TOGETHER, _TOGETHER
    return options.seed, _QUICK_SCHEDULES if options.quick else options.schedules


class Deck:
    """What schedules are drawn from: the rules and the functions of the deployed stack."""

    def __init__(self, stage: Stage) -> None:
        self._rules = rules_of(stage)
        pages = stage.client("lambda").get_paginator("list_functions").paginate()
        names = [function["FunctionName"] for page in pages for function in page["Functions"]]
        self._functions = sorted(name for name in names if name.startswith(stage.account.stack_name))

    def faults(self, seed: int) -> list[dict[str, Any]]:
        """One to three faults: of events more often than of calls, as in life."""
        random = Random(seed)  # noqa: S311 - a schedule, not a secret
        return [self._fault(random) for _ in range(random.randint(1, _MOST_FAULTS))]

    def file(self, seed: int) -> tuple[Journey, int]:
        """The file of a schedule."""
        random = Random(-seed)  # noqa: S311 - as above
        return random.choice(JOURNEYS), 10_000 + seed

    def _fault(self, random: Random) -> dict[str, Any]:
        # Ten schedules share the events: each strikes one further on.
        skip = {"skip": random.randrange(3)}
        if random.random() < 0.6:
            kind = random.choice(list(EVENT_FAULTS.values()))
            return {**kind, **skip, "rule": random.choice(self._rules)}
        kind = random.choice(list(CALL_KINDS.values()))
        who = "function" if kind["kind"] == "kill" else "caller"
        call = {"call": random.randint(1, _CALLS)}
        return {**kind, **skip, **call, who: random.choice(self._functions)}


def _row(waves: Waves, count: int) -> Row:
    survived, failures = count, []
    for wave in waves.waves:
        if broken := waves.broken(wave):
            survived -= _TOGETHER
            failures += [f"{wave.label}: {sentence}" for sentence in broken]
    struck = ", ".join(f"{kind} {times}" for kind, times in sorted(waves.kinds.items()))
    seconds = sum(wave.seconds for wave in waves.waves)
    first = _first_broken(waves)
    replay = f"python -m chaos --only schedules --seed {first}" if first else ""
    remark = f"struck: {struck}; {_TOGETHER} schedules in flight at a time"
    return Row(
        "random schedules", "the whole stage", count, survived, seconds, tuple(failures), replay, remark
    )


def _first_broken(waves: Waves) -> str:
    broken: list[Wave] = [wave for wave in waves.waves if waves.broken(wave)]
    return broken[0].label.split()[1] if broken else ""
