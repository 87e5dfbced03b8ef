"""The permissions of a deployed stage, each taken away: a subject of `make chaos`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from chaos.permissions.itinerary import JOURNEYS, QUICK
from chaos.permissions.trials import FUNCTIONS, POLICIES, SERVICES, Trials
from chaos.permissions.verdicts import Verdict
from chaos.rows import Options, Row
from chaos.stage import deployed
from cli.terminal import Terminal

SERVICES_IN_CLOUD = (
    "chaos.compute.functions",
    "chaos.permissions.glue_in_cloud",
    "chaos.permissions.sagemaker_in_cloud",
    "chaos.permissions.in_cloud",
)
REPLAY = "python -m chaos.permissions"
_REMARKS = {
    FUNCTIONS: "not tried: AWSLambdaBasicExecutionRole and AWSXrayWriteOnlyAccess, which SAM attaches",
    SERVICES: "not tried: what only AWS itself asks for (chaos/permissions/documented.py names the guides)",
    POLICIES: "not tried: the notices' key, denials without TLS, who may call the address, what lets Budgets "
    "publish, who may assume the functions' and the state machines' roles",
}


@contextmanager
def in_a_stage(terminal: Terminal) -> Iterator[Trials]:
    """A fresh stage to try permissions in."""
    with deployed(terminal, services=SERVICES_IN_CLOUD) as stage:
        yield Trials(stage, terminal.note)


def rows(options: Options) -> Iterator[Row]:
    """One row per kind of permissions: how many of them somebody would miss; and one of the journeys."""
    started = time.monotonic()
    with in_a_stage(options.terminal) as trials:
        verdicts = trials.run(QUICK if options.quick else JOURNEYS, options.quick)
        by_kind: dict[str, list[Verdict]] = {}
        for one in verdicts:
            by_kind.setdefault(trials.kind(one.mutant), []).append(one)
    for kind, found in by_kind.items():
        yield _row(kind, found, trials.seconds[kind])
    made, broken, seconds = len(trials.made), tuple(trials.broken), time.monotonic() - started
    yield Row(
        "permissions given back",
        "whole journeys",
        made,
        made - len(broken),
        seconds,
        broken,
        REPLAY,
        "the seconds are those of all rows of permissions, with the deployment",
    )


def _row(kind: str, found: list[Verdict], seconds: float) -> Row:
    killed = sum(one.killed for one in found)
    sentences = [
        f"{one.mutant.role} {one.mutant.statement} {one.mutant.removed}: {one.why}"
        for one in found
        if not one.killed
    ]
    remark = _REMARKS.get(kind, "")
    return Row("permission removed", kind, len(found), killed, seconds, tuple(sentences), REPLAY, remark)
