"""The real Spark, training and serving: their processes killed, and an update rolled back without a word."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from chaos.errands import ask_for_a_prediction
from chaos.journeys import GOOD, Journey
from chaos.load import settled, steady
from chaos.rows import Options, Row
from chaos.stage import deployed
from chaos.waves import Waves
from cli.java import ensure_java
from localcloud.config import CloudConfig

_FAILED = frozenset({"failed"})
_PATIENCE_SECONDS = 240.0


@dataclass(frozen=True)
class Death:
    """A fault of a process, and how the run it meets must end."""

    where: str
    fault: Mapping[str, Any]
    journey: Journey


_DEATHS = (
    Death(
        "the Spark process of a job run",
        {"kind": "kill_process", "process": "job run *", "after": 2.0},
        replace(GOOD, outcomes=_FAILED, training_jobs=0),
    ),
    Death(
        "the process of a training job",
        {"kind": "kill_process", "process": "training job *", "after": 0.5},
        replace(GOOD, outcomes=_FAILED),
    ),
    Death(
        "the update of an endpoint, rolled back silently",
        {"kind": "rollback", "endpoint": "marquee-local"},
        replace(GOOD, outcomes=_FAILED),
    ),
)


def rows(options: Options) -> Iterator[Row]:
    """A row per death."""
    os.environ["JAVA_HOME"] = str(ensure_java(options.terminal))
    with deployed(options.terminal, services=CloudConfig.services) as stage:
        waves = Waves(stage, _PATIENCE_SECONDS)
        waves.warm_up()
        base = options.seed * 1000
        deaths = _DEATHS[:1] if options.quick else _DEATHS
        for number, death in enumerate(deaths):
            waves.ride(death.where, [death.fault], [(death.journey, base + number)])
        waves.judge()
        for death, wave in zip(deaths, waves.waves, strict=True):
            failures, struck = tuple(waves.broken(wave)), wave.struck(0)
            survived = 0 if failures else struck
            yield Row(
                "process killed", death.where, struck, survived, wave.seconds, failures, _replay(options)
            )
        yield _serving(waves, options)


def _serving(waves: Waves, options: Options) -> Row:
    """The container of the endpoint dies under load: 503 for a moment at worst, then it answers again."""
    started, stage = time.monotonic(), waves.stage
    with steady(stage) as load:
        settled(load, 2)
        waves.trial.plan([{"kind": "kill_process", "process": "container endpoints/marquee-local/*"}])
        settled(load, 5)
        ask_for_a_prediction(waves.trial)
        answered = load.statuses[200]
        settled(load, 2)
    struck = len(stage.cloud.struck())
    wrong = [failure for failure in load.failures if not failure.startswith("503")]
    failures = (*wrong[:5], *(() if load.statuses[200] > answered else ("it never answered again",)))
    remark = f"{load.sent} requests, {len(load.failures)} answered 503 while it started again"
    return Row(
        "process killed",
        "the container of the endpoint",
        struck,
        0 if failures else struck,
        time.monotonic() - started,
        failures,
        _replay(options),
        remark,
    )


def _replay(options: Options) -> str:
    return f"python -m chaos --only processes --seed {options.seed}"
