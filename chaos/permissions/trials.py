"""Every trial of one stage's permissions, and what became of each."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from chaos.permissions import services
from chaos.permissions.alone import Journey, Made, tried_alone
from chaos.permissions.destinations import destinations
from chaos.permissions.documented import documented
from chaos.permissions.grants import Grant, read
from chaos.permissions.resource_policies import resource_policies
from chaos.permissions.rules import rules
from chaos.permissions.traveller import WRONG, Traveller
from chaos.permissions.verdicts import NOT_ASKED, Killed, Mutant, Verdict, mutants, verdict
from chaos.stage import Stage

FUNCTIONS, MACHINES = "functions' roles", "state machines' roles"
SERVICES, POLICIES = "Glue's and SageMaker's roles", "policies of functions, queues, topic and roles"
_NOT_ASKED_BY_FUNCTIONS = ("sqs:SendMessage",)
"""Lambda itself asks for it under a function's role, after the last try of an event: no invocation does."""
_SERVICE_PATIENCE = 300.0
"""Seconds in which a service's work is done, Spark's too, on a busy machine."""
_MACHINES = ("PrepareDataset", "ReleaseModel")


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
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """How long was spent on the permissions of each kind."""
    _denials: int = 0
    """How many are known: some come when their journey has ended, as an event it left behind is handled."""

    def run(self, wanted: tuple[Journey, ...], quick: bool) -> list[Verdict]:
        """Try every permission; what became of each thing that could be removed.

        `quick`: of functions only, and of what the journeys asked for only.
        """
        self.grants = read(self.stage.client("iam"), f"marquee-{self.stage.account.stage}-")
        self._control({"know": [grant.as_json() for grant in self.grants]})
        with self._timed(FUNCTIONS):
            self._withhold_from_functions()
            for journey in wanted:
                self._make(journey)
            self._learn("after the last journey", self._control(None)["denials"])
            self._control({"give_back": True})
        if quick:
            return [one for one in self._found() if one.why != NOT_ASKED]
        self._try_services()
        self._try_alone()
        with self._timed(FUNCTIONS):
            self.killed += destinations(Traveller(self.stage, "destinations"), self.grants)
        return [*self._found(), *self._policies()]

    def kind(self, mutant: Mutant) -> str:
        """Whose permission it is."""
        if not mutant.grants:
            return POLICIES
        if mutant.role.startswith(self._machines):
            return MACHINES
        served = any(f"-{service.role}-" in mutant.role for service in services.SERVICES)
        return SERVICES if served else FUNCTIONS

    @property
    def _machines(self) -> tuple[str, ...]:
        return tuple(f"marquee-{self.stage.account.stage}-{name}Role" for name in _MACHINES)

    @contextmanager
    def _timed(self, kind: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self.seconds[kind] += time.monotonic() - started

    def _found(self) -> list[Verdict]:
        return [verdict(mutant, self.killed) for mutant in mutants(self.grants) if not documented(mutant)]

    def _policies(self) -> list[Verdict]:
        traveller = Traveller(self.stage, "policies")
        with self._timed(POLICIES):
            return [
                *rules(traveller),
                *resource_policies(traveller),
                *services.trusts(traveller, self.grants),
            ]

    def _withhold_from_functions(self) -> None:
        functions = self._roles_of_functions()
        wanted = [g for g in self.grants if g.role in functions and g.action not in _NOT_ASKED_BY_FUNCTIONS]
        self._control({"withhold": [grant.as_json() for grant in wanted]})

    def _make(self, journey: Journey) -> None:
        name, before = journey.__name__, self._control(None)
        started = time.monotonic()
        try:
            journey(Traveller(self.stage, name.replace("_", "")))
        except WRONG as wrong:
            self.broken.append(f"{name}: {wrong}")
            self.tell(self.broken[-1])
        after, seconds = self._control(None), time.monotonic() - started
        self._learn(name, after["denials"])
        self.made.append(Made(journey, frozenset(asked_between(before, after)), seconds))
        self.tell(f"{name} {seconds:.1f} s, {len(after['denials'])} permissions missed so far")

    def _learn(self, name: str, denials: list[Any]) -> None:
        for denial in denials[self._denials :]:
            grants = tuple(Grant(**grant) for grant in denial["grants"])
            self.killed.append(Killed(grants, f"{name}: {denial['function']}", denial["noticed"]))
        self._denials = len(denials)

    def _try_services(self) -> None:
        for service in services.SERVICES:
            traveller = Traveller(self.stage, "service", _SERVICE_PATIENCE)
            # Nobody else crawls meanwhile: what that is denied would be taken for the work's.
            with self._timed(SERVICES), traveller.losing("dataset-to-catalog", "crawled", "reconcile"):
                try:
                    self.killed += services.withheld_from(service, traveller, self.grants)
                except WRONG as wrong:
                    self.broken.append(f"{service.role}: {wrong}")
                    self._control({"give_back": True})
            self.tell(f"the role {service.role}, {self.seconds[SERVICES]:.1f} s for services so far")

    def _try_alone(self) -> None:
        """The machines' permissions, and those whose denial a function went on without."""
        for mutant in mutants(self.grants):
            kind = self.kind(mutant)
            if not documented(mutant) and (kind == MACHINES or self._was_swallowed(mutant)):
                with self._timed(kind):
                    tried = list(tried_alone(mutant, self.made, Traveller(self.stage, "alone")))
                self.killed += tried
                found = ", ".join(f"{one.scenario}: {one.noticed or 'nothing failed'}" for one in tried)
                self.tell(f"{mutant.role} without {mutant.removed}, {self.seconds[kind]:.1f} s: {found}")

    def _was_swallowed(self, mutant: Mutant) -> bool:
        found = verdict(mutant, self.killed)
        return not found.killed and "nothing failed" in found.why

    def _roles_of_functions(self) -> set[str]:
        pages = self.stage.client("lambda").get_paginator("list_functions").paginate()
        return {one["Role"].rsplit("/", 1)[-1] for page in pages for one in page["Functions"]}

    def _control(self, body: object) -> Any:
        return self.stage.cloud.control("permissions", body)


def asked_between(before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    """What IAM allowed meanwhile, by how often it did: the same is asked again in many a journey."""
    times = _times(before)
    return (asked for asked, often in _times(after).items() if often > times.get(asked, 0))


def _times(state: Any) -> dict[tuple[str, str, str], int]:
    allowed = [decision for decision in state["decisions"] if decision["allowed"]]
    return {(one["role"], one["action"], one["resource"]): one["times"] for one in allowed}
