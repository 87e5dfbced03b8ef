"""Every event of every rule of the stack: dropped, five times, late, out of order."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chaos.journeys import (
    BATCH,
    ETL_FAILS,
    ETL_STOPPED,
    GOOD,
    REFUSED,
    RELEASE_STOPPED,
    TRAINING_FAILS,
    TRAINING_STOPPED,
    UNPREPARABLE,
    UNSTARTABLE,
    WORSE,
    Journey,
)
from chaos.rows import Options, Row
from chaos.subjects.rules import Case, cases_of, described, remark_of
from chaos.trial import Trial
from chaos.waves import Errand, Wave, Waves

FAULTS: Mapping[str, Mapping[str, Any]] = {
    "dropped once": {"kind": "drop"},
    "delivered five times": {"kind": "duplicate", "deliveries": 5, "spacing": 0.05},
    "delivered late": {"kind": "delay", "seconds": 4},
    "delivered out of order": {"kind": "reorder", "behind": 1, "at_most": 4},
}
_DROPPED = "dropped once"
_REORDER = "delivered out of order"
# Those that must not be too old for their release come last.
_FILES = (
    *(GOOD, GOOD, REFUSED, WORSE, ETL_FAILS, ETL_STOPPED, TRAINING_FAILS, TRAINING_STOPPED, BATCH),
    *(UNSTARTABLE, RELEASE_STOPPED),
)
_PAIRS = (
    *(GOOD, BATCH, BATCH, ETL_FAILS, ETL_FAILS, ETL_STOPPED, ETL_STOPPED, TRAINING_FAILS, TRAINING_FAILS),
    *(TRAINING_STOPPED, TRAINING_STOPPED, GOOD, GOOD, UNSTARTABLE, UNSTARTABLE),
    *(RELEASE_STOPPED, RELEASE_STOPPED),
)
"""Dropped one after the other, each event has another of its kind that may pass it."""
_PAIRS_APART = 1.0
_PAIRS_HELD = 30.0
_PAIRS_TRIES = 3
_QUICK_FAULTS = ("dropped once", "delivered five times")
_QUICK_FILES = (GOOD, ETL_FAILS, BATCH)
_PREPARATION = "-preparation-failed"
_CRAWL_FAILED = "-crawl-failed"
_CRAWL_ENDED_FAILED: Mapping[str, Any] = {"detail": {"state": ["Failed"]}}
_NO_GLUE: Mapping[str, Any] = {
    "kind": "error",
    "caller": "*-start-etl",
    "action": "glue:StartJobRun",
    "code": "InvalidInputException",
    "message": "There is no such worker type.",
    "attempts": "all",
    "times": 100,
}
"""Without it the machine that prepares would not fail."""
SCHEDULES = "schedules"
_TICKS_HELD = 15.0
"""The local cloud's clock ticks every 10 s: one tick may pass another."""
_SCHEDULES_SECONDS = 90.0
_CRAWL_FAILS: Mapping[str, Any] = {
    "kind": "error",
    "caller": "*-crawler-*",
    "action": "s3:*",
    "error": "internal",
    "attempts": "all",
    "times": 4,
}
"""Without it no crawl would fail, and the rule that tells of it would never be met."""


def rows(options: Options) -> Iterator[Row]:
    """A row per fault and rule, from waves in which that fault strikes every rule's next event once."""
    with options.stage() as stage:
        waves, cases = Waves(stage), cases_of(described(stage))
        waves.warm_up()
        for number, (name, fault) in enumerate(FAULTS.items()):
            if options.quick and name not in _QUICK_FAULTS:
                continue
            files = _QUICK_FILES if options.quick else _FILES
            base = options.seed * 10_000 + number * 100
            faults = [case.fault(fault) for case in cases]
            waves.trial.own_deadlines = name == _DROPPED
            wave = waves.ride(name, [*faults, _CRAWL_FAILS], _numbered(files, base))
            if not options.quick:
                _once_more(waves, name, _unmet(wave), base + 50)
                _unprepared(waves, name, [fault for fault in faults if _is_of_preparation(fault)], base + 98)
        struck = (
            Counter[tuple[str, str]]() if options.quick else _scheduled(waves, options.seed * 10_000 + 9_000)
        )
        waves.judge()
    yield from _rows(waves, cases, struck, options)


def _numbered(files: Sequence[Journey], base: int) -> list[tuple[Journey, int]]:
    return [(journey, base + at) for at, journey in enumerate(files)]


def _is_of_preparation(fault: Mapping[str, Any]) -> bool:
    return bool(fault["rule"].endswith(_PREPARATION))


def _unmet(wave: Wave) -> list[Mapping[str, Any]]:
    """Faults of events that did not come about, as one model of many may not be tried, being older."""
    idle = [fault for at, fault in enumerate(wave.faults) if "rule" in fault and not wave.struck(at)]
    return [fault for fault in idle if not _is_of_preparation(fault)]


def _once_more(waves: Waves, name: str, unmet: list[Mapping[str, Any]], base: int) -> None:
    """Try again what did not come about: with every file the newest, or with others that may pass it."""
    clocks = {rule["Name"] for rule in described(waves.stage) if rule.get("ScheduleExpression")}
    unmet = [fault for fault in unmet if fault["rule"] not in clocks]
    if name == _REORDER:
        for number in range(_PAIRS_TRIES):
            if unmet:
                held = [{**fault, "at_most": _PAIRS_HELD} for fault in unmet]
                files = _numbered(_PAIRS, base + len(_PAIRS) * number)
                unmet = _unmet(waves.ride(name, [*held, *_crash(unmet)], files, apart=_PAIRS_APART))
        return
    for at, journey in enumerate(_FILES):
        if unmet:
            unmet = _unmet(waves.ride(name, [*unmet, *_crash(unmet)], [(journey, base + at)]))


def _crash(unmet: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Crawls fail only for those who wait for it: others wait for one that succeeds."""
    awaited = [
        fault
        for fault in unmet
        if fault["rule"].endswith(_CRAWL_FAILED) or fault.get("event") == _CRAWL_ENDED_FAILED
    ]
    return [_CRAWL_FAILS] if awaited else []


def _unprepared(waves: Waves, name: str, faults: list[dict[str, Any]], base: int) -> None:
    """The machine that prepares fails of two files at once."""
    waves.ride(name, [*faults, _NO_GLUE], _numbered((UNPREPARABLE, UNPREPARABLE), base))


def _scheduled(waves: Waves, base: int) -> Counter[tuple[str, str]]:
    """Let every schedule come at each tick of the clock until each fault struck; gives how often each did.

    Files are in flight, so that reconcilers that come five times at once have something to do twice.
    """
    client, faults = waves.stage.client("events"), []
    for rule in (rule for rule in described(waves.stage) if rule.get("ScheduleExpression")):
        client.put_rule(Name=rule["Name"], ScheduleExpression="rate(0 minutes)", State="ENABLED")
        held = {name: {**fault, "rule": rule["Name"]} for name, fault in FAULTS.items()}
        held[_REORDER]["at_most"] = _TICKS_HELD
        faults += [(name, rule["Name"], fault) for name, fault in held.items()]
    struck = [fault for _, _, fault in faults]
    wave = waves.ride(SCHEDULES, struck, _numbered(_FILES, base), errands=[_until(len(faults))])
    return Counter({(name, rule): wave.struck(at) for at, (name, rule, _) in enumerate(faults)})


def _until(strikes: int) -> Errand:
    def wait(trial: Trial) -> None:
        deadline = time.monotonic() + _SCHEDULES_SECONDS
        while len(trial.stage.cloud.struck()) < strikes and time.monotonic() < deadline:
            time.sleep(1)
        trial.land((), _SCHEDULES_SECONDS)

    return wait


def _rows(
    waves: Waves, cases: list[Case], scheduled: Counter[tuple[str, str]], options: Options
) -> Iterator[Row]:
    replay = f"python -m chaos --only events --seed {options.seed}"
    for name in FAULTS:
        own = [wave for wave in waves.waves if wave.label == name]
        judged = [*own, *(wave for wave in waves.waves if wave.label == SCHEDULES)]
        failures = tuple(dict.fromkeys(sentence for wave in judged for sentence in waves.broken(wave)))
        seconds = sum(wave.seconds for wave in own)
        for case in cases:
            struck = scheduled[name, case.rule] + sum(_struck(wave, case) for wave in own)
            if struck or not options.quick:
                survived = 0 if failures else struck
                remark = _remark(FAULTS[name]["kind"], case, cases)
                yield Row(f"event {name}", case.where, struck, survived, seconds, failures, replay, remark)


def _struck(wave: Wave, case: Case) -> int:
    return sum(wave.struck(at) for at, fault in enumerate(wave.faults) if case.meets(fault))


def _remark(kind: str, case: Case, cases: list[Case]) -> str:
    return remark_of(case, cases) if kind == "drop" else ""
