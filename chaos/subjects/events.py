"""Every event of every rule of the stack: dropped, five times, late, out of order."""

from collections.abc import Iterator, Mapping
from typing import Any

from chaos.journeys import BATCH, ETL_FAILS, GOOD, REFUSED, TRAINING_FAILS, UNSTARTABLE, WORSE
from chaos.rows import Options, Row
from chaos.stage import Stage
from chaos.waves import Wave, Waves

FAULTS: Mapping[str, Mapping[str, Any]] = {
    "dropped once": {"kind": "drop"},
    "delivered five times": {"kind": "duplicate", "deliveries": 5, "spacing": 0.05},
    "delivered late": {"kind": "delay", "seconds": 4},
    "delivered out of order": {"kind": "reorder", "behind": 1, "at_most": 4},
}
_FILES = (GOOD, GOOD, REFUSED, WORSE, UNSTARTABLE, ETL_FAILS, TRAINING_FAILS, BATCH)
_QUICK_FILES = (GOOD, ETL_FAILS, BATCH)
_CRAWL_FAILS: Mapping[str, Any] = {
    "kind": "error",
    "caller": "*-crawler",
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
            files = _QUICK_FILES if options.quick else _FILES
            base = options.seed * 10_000 + number * 100
            faults = [{**fault, "rule": rule} for rule in rules] + [_CRAWL_FAILS]
            waves.ride(name, faults, [(journey, base + at) for at, journey in enumerate(files)])
        waves.judge()
    for wave in waves.waves:
        yield from _rows(waves, wave, rules, options)


def rules_of(stage: Stage) -> list[str]:
    """Every rule of the deployed stack, its schedules included."""
    client = stage.client("events")
    listed = client.get_paginator("list_rules").paginate(NamePrefix=f"{stage.account.stack_name}-")
    return sorted(rule["Name"] for page in listed for rule in page["Rules"])


def _rows(waves: Waves, wave: Wave, rules: list[str], options: Options) -> Iterator[Row]:
    failures = tuple(waves.broken(wave))
    replay = f"python -m chaos --only events --seed {options.seed}"
    for place, rule in enumerate(rules):
        struck = wave.struck(place)
        if struck or not options.quick:
            survived = 0 if failures else struck
            yield Row(f"event {wave.label}", rule, struck, survived, wave.seconds, failures, replay)
