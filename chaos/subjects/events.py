"""Every event of every rule of the stack: dropped, five times, late, out of order."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from chaos.journeys import (
    BATCH,
    ETL_FAILS,
    GOOD,
    REFUSED,
    TRAINING_FAILS,
    UNPREPARABLE,
    UNSTARTABLE,
    WORSE,
)
from chaos.rows import Options, Row
from chaos.stage import Stage
from chaos.trial import Trial
from chaos.waves import Errand, Wave, Waves

FAULTS: Mapping[str, Mapping[str, Any]] = {
    "dropped once": {"kind": "drop"},
    "delivered five times": {"kind": "duplicate", "deliveries": 5, "spacing": 0.05},
    "delivered late": {"kind": "delay", "seconds": 4},
    "delivered out of order": {"kind": "reorder", "behind": 1, "at_most": 4},
}
_FILES = (GOOD, GOOD, REFUSED, WORSE, UNSTARTABLE, ETL_FAILS, TRAINING_FAILS, BATCH)
_QUICK_FAULTS = ("dropped once", "delivered five times")
_QUICK_FILES = (GOOD, ETL_FAILS, BATCH)
_PREPARATION = "-preparation-failed"
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
_UNTOLD = "nobody hears of a crawl whose event is lost: no run needs the catalogue, the next crawl mends it"
_ALONE = "an event that no other of its rule passed within 4 s, here and below, was only late"
SCHEDULES = "schedules"
_SCHEDULES_SECONDS = 90.0
_CRAWL_FAILS: Mapping[str, Any] = {
    "kind": "error",
    "caller": "*-crawler-*",
    "action": "s3:*",
    "error": "internal",
    "attempts": "all",
    "times": 2,
}
"""Without it no crawl would fail, and the rule that tells of it would never be met."""


def rows(options: Options) -> Iterator[Row]:
    """A row per fault and rule, from waves in which that fault strikes every rule's next event once."""
    with options.stage() as stage:
        waves, rules = Waves(stage), rules_of(stage)
        waves.warm_up()
        for number, (name, fault) in enumerate(FAULTS.items()):
            if options.quick and name not in _QUICK_FAULTS:
                continue
            files = _QUICK_FILES if options.quick else _FILES
            base = options.seed * 10_000 + number * 100
            faults = [{**fault, "rule": rule} for rule in rules] + [_CRAWL_FAILS]
            wave = waves.ride(name, faults, [(journey, base + at) for at, journey in enumerate(files)])
            if not options.quick:
                _once_more(waves, name, _unmet(wave), base + 50)
                faults = [{**fault, "rule": rule} for rule in rules if rule.endswith(_PREPARATION)]
                waves.ride(name, [*faults, _NO_GLUE], [(UNPREPARABLE, base + 99)])
        struck = (
            Counter[tuple[str, str]]() if options.quick else _scheduled(waves, options.seed * 10_000 + 9_000)
        )
        waves.judge()
    yield from _rows(waves, rules, struck, options)


def _unmet(wave: Wave) -> list[Mapping[str, Any]]:
    """Faults of events that did not come about, as one model of many may not be tried, being older."""
    idle = [fault for at, fault in enumerate(wave.faults) if "rule" in fault and not wave.struck(at)]
    return [fault for fault in idle if not fault["rule"].endswith(_PREPARATION)]


def _once_more(waves: Waves, name: str, unmet: list[Mapping[str, Any]], base: int) -> None:
    """One file after the other, so that each is the newest, until every fault has struck."""
    clocks = [rule["Name"] for rule in _rules(waves.stage) if rule.get("ScheduleExpression")]
    for at, journey in enumerate(_FILES):
        if unmet := [fault for fault in unmet if fault["rule"] not in clocks]:
            unmet = _unmet(waves.ride(name, [*unmet, _CRAWL_FAILS], [(journey, base + at)]))


def rules_of(stage: Stage, schedules: bool = True) -> list[str]:
    """Every rule of the deployed stack, with or without its schedules."""
    return sorted(rule["Name"] for rule in _rules(stage) if schedules or not rule.get("ScheduleExpression"))


def _rules(stage: Stage) -> Iterator[dict[str, Any]]:
    client = stage.client("events")
    for page in client.get_paginator("list_rules").paginate(NamePrefix=f"{stage.account.stack_name}-"):
        yield from page["Rules"]


def _scheduled(waves: Waves, base: int) -> Counter[tuple[str, str]]:
    """Let every schedule come at each tick of the clock until each fault struck; gives how often each did.

    Files are in flight, so that reconcilers that come five times at once have something to do twice.
    """
    client, faults = waves.stage.client("events"), []
    for rule in (rule for rule in _rules(waves.stage) if rule.get("ScheduleExpression")):
        client.put_rule(Name=rule["Name"], ScheduleExpression="rate(0 minutes)", State="ENABLED")
        faults += [(name, rule["Name"], {**fault, "rule": rule["Name"]}) for name, fault in FAULTS.items()]
    files = [(journey, base + at) for at, journey in enumerate(_FILES)]
    struck = [fault for _, _, fault in faults]
    wave = waves.ride(SCHEDULES, struck, files, errands=[_until(len(faults))])
    return Counter({(name, rule): wave.struck(at) for at, (name, rule, _) in enumerate(faults)})


def _until(strikes: int) -> Errand:
    def wait(trial: Trial) -> None:
        deadline = time.monotonic() + _SCHEDULES_SECONDS
        while len(trial.stage.cloud.struck()) < strikes and time.monotonic() < deadline:
            time.sleep(1)
        trial.land((), _SCHEDULES_SECONDS)

    return wait


def _rows(
    waves: Waves, rules: list[str], scheduled: Counter[tuple[str, str]], options: Options
) -> Iterator[Row]:
    replay = f"python -m chaos --only events --seed {options.seed}"
    for name in FAULTS:
        mine = [wave for wave in waves.waves if wave.label in (name, SCHEDULES)]
        failures = tuple(dict.fromkeys(sentence for wave in mine for sentence in waves.broken(wave)))
        seconds = sum(wave.seconds for wave in mine if wave.label == name)
        for rule in rules:
            struck = scheduled[name, rule] + sum(wave.struck_of(rule) for wave in mine if wave.label == name)
            if struck or not options.quick:
                survived = 0 if failures else struck
                remark = _remark(FAULTS[name]["kind"], rule, rules)
                yield Row(f"event {name}", rule, struck, survived, seconds, failures, replay, remark)


def _remark(kind: str, rule: str, rules: list[str]) -> str:
    if kind == "drop" and rule.endswith("-crawl-failed"):
        return _UNTOLD
    return _ALONE if kind == "reorder" and rule == rules[0] else ""
