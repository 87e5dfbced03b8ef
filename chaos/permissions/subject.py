"""The permissions of a deployed stage, each taken away: a subject of `make chaos`."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from chaos.permissions import deployment, endpoints, hops, journeys, losses, passing, realtime, taking_back
from chaos.permissions.alone import Journey, Made, tried_alone
from chaos.permissions.documented import documented
from chaos.permissions.grants import Grant, read
from chaos.permissions.services import SERVICES, withheld_from
from chaos.permissions.traveller import Traveller, WentWrong
from chaos.permissions.verdicts import NOT_ASKED, Killed, Mutant, Verdict, mutants, verdict
from chaos.rows import Options, Row
from chaos.stage import Stage, deployed
from cli.terminal import Terminal

SERVICES_IN_CLOUD = (
    "chaos.permissions.glue_in_cloud",
    "chaos.compute.sagemaker",
    "chaos.permissions.in_cloud",
)
REPLAY = "python -m chaos.permissions"
NOT_ASKED_BY_FUNCTIONS = ("sqs:SendMessage",)
"""Lambda itself asks for it under a function's role, after the last try of an event: no invocation does."""

MACHINES = ("PrepareDataset", "ReleaseModel")

QUICK: tuple[Journey, ...] = (journeys.live, journeys.reads, journeys.refused)
JOURNEYS: tuple[Journey, ...] = (
    journeys.live,
    journeys.live_again,
    journeys.reads,
    journeys.refused,
    journeys.rejected,
    journeys.etl_failed,
    journeys.not_catalogued,
    journeys.training_failed,
    journeys.release_failed,
    journeys.rerun,
    journeys.duplicate,
    journeys.batch,
    journeys.batch_refused,
    losses.dataset_event_lost,
    losses.model_event_lost,
    losses.etl_failure_lost,
    losses.training_failure_lost,
    losses.never_prepared,
    losses.never_released,
    losses.past_its_deadline,
    losses.training_past_its_deadline,
    losses.batch_events_lost,
    losses.batch_never_started,
    endpoints.over_a_failed_endpoint,
    endpoints.rolled_back,
    endpoints.rolled_back_without_endpoint,
    endpoints.rolled_back_over_a_failed_endpoint,
    endpoints.endpoint_put_back,
    endpoints.endpoint_replaced,
    taking_back.taken_back,
    taking_back.taken_back_without_endpoint,
    taking_back.taken_back_over_a_failed_endpoint,
    taking_back.taken_back_with_its_trial,
    taking_back.judged_too_late,
    losses.changes_left_half_done,
    losses.uploads_lost,
    deployment.code_published,
    endpoints.shares,
    endpoints.scaled,
    passing.other_roles_are_not_passed,
    realtime.swept_away,
    realtime.realtime,
)


@dataclass
class Trials:
    """Every trial of one stage's permissions."""

    stage: Stage
    tell: Callable[[str], None]
    grants: list[Grant] = field(default_factory=list)
    killed: list[Killed] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Journeys that go wrong with every permission given back: nothing is proven by them."""

    def run(self, wanted: tuple[Journey, ...], quick: bool) -> list[Verdict]:
        """Try every permission; what became of each thing that could be removed.

        `quick`: of functions only, and of what the journeys asked for only.
        """
        self.grants = read(self.stage.client("iam"), f"marquee-{self.stage.account.stage}-")
        self._control({"know": [grant.as_json() for grant in self.grants]})
        self._withhold_from_functions()
        for journey in wanted:
            self._make(journey)
        self._control({"give_back": True})
        if not quick:
            for service in SERVICES:
                traveller = Traveller(self.stage, "service")
                self.killed += withheld_from(service, traveller, self.grants)
            self._try_alone()
            self.killed += hops.destinations(Traveller(self.stage, "hops"), self.grants)
        found = [verdict(mutant, self.killed) for mutant in mutants(self.grants) if not documented(mutant)]
        if quick:
            return [one for one in found if one.why != NOT_ASKED]
        return [*found, *hops.rules(Traveller(self.stage, "hops"))]

    def _withhold_from_functions(self) -> None:
        functions = self._roles_of_functions()
        wanted = [g for g in self.grants if g.role in functions and g.action not in NOT_ASKED_BY_FUNCTIONS]
        self._control({"withhold": [grant.as_json() for grant in wanted]})

    def _make(self, journey: Journey) -> None:
        name, before = journey.__name__, self._control(None)
        started = time.monotonic()
        try:
            journey(Traveller(self.stage, name.replace("_", "")))
        except (WentWrong, ClientError) as wrong:
            self.broken.append(f"{name}: {wrong}")
        after, seconds = self._control(None), time.monotonic() - started
        for denial in after["denials"][len(before["denials"]) :]:
            grants = tuple(Grant(**grant) for grant in denial["grants"])
            self.killed.append(Killed(grants, f"{name}: {denial['function']}", denial["noticed"]))
        self.made.append(Made(journey, _asked(after) - _asked(before), seconds))
        self.tell(f"{name} {seconds:.1f} s, {len(after['denials'])} permissions missed so far")

    def _try_alone(self) -> None:
        """The machines' permissions, and those whose denial a function went on without."""
        machines = tuple(f"marquee-{self.stage.account.stage}-{name}Role" for name in MACHINES)
        for mutant in mutants(self.grants):
            alone = mutant.role.startswith(machines)
            if not documented(mutant) and (alone or self._was_swallowed(mutant)):
                self.killed += tried_alone(mutant, self.made, Traveller(self.stage, "alone"))

    def _was_swallowed(self, mutant: Mutant) -> bool:
        found = verdict(mutant, self.killed)
        return not found.killed and "nothing failed" in found.why

    def _roles_of_functions(self) -> set[str]:
        pages = self.stage.client("lambda").get_paginator("list_functions").paginate()
        return {one["Role"].rsplit("/", 1)[-1] for page in pages for one in page["Functions"]}

    def _control(self, body: object) -> Any:
        return self.stage.cloud.control("permissions", body)


@contextmanager
def in_a_stage(terminal: Terminal) -> Iterator[Trials]:
    """A fresh stage to try permissions in."""
    with deployed(terminal, services=SERVICES_IN_CLOUD) as stage:
        yield Trials(stage, terminal.note)


def rows(options: Options) -> Iterator[Row]:
    """One row per role: how many of its permissions somebody would miss."""
    started = time.monotonic()
    with in_a_stage(options.terminal) as trials:
        verdicts = trials.run(QUICK if options.quick else JOURNEYS, options.quick)
    seconds = time.monotonic() - started
    by_role: dict[str, list[Verdict]] = {}
    for one in verdicts:
        by_role.setdefault(one.mutant.role, []).append(one)
    for role, found in by_role.items():
        yield _row(role, found, seconds / len(by_role))
    broken = tuple(trials.broken)
    yield Row(
        "permission given back", "journeys", len(trials.made), len(trials.made) - len(broken), 0.0, broken
    )


def _row(role: str, found: list[Verdict], seconds: float) -> Row:
    killed = sum(one.killed for one in found)
    sentences = [f"{o.mutant.statement} {o.mutant.removed}: {o.why}" for o in found if not o.killed]
    return Row("permission removed", role, len(found), killed, seconds, tuple(sentences), REPLAY)


def _asked(state: Any) -> frozenset[tuple[str, str, str]]:
    """What IAM has allowed so far, with how often, so that a difference shows what was asked meanwhile."""
    allowed = [decision for decision in state["decisions"] if decision["allowed"]]
    return frozenset((d["role"], d["action"], d["resource"]) for d in allowed)
