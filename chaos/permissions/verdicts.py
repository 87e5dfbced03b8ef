"""What is known of every permission: who missed it, who only documents it, and who nobody needs."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from chaos.permissions.grants import Grant

NOT_ASKED = "asked for in no scenario"


@dataclass(frozen=True)
class Killed:
    """A trial in which a call was denied; `grants` are those that would have allowed it."""

    grants: tuple[Grant, ...]
    scenario: str
    noticed: str
    """How it failed; "" if the denial was swallowed."""


@dataclass(frozen=True)
class Mutant:
    """One thing that could be removed: an action, or one of several resources, of a statement."""

    role: str
    statement: str
    removed: str
    grants: frozenset[Grant]
    """What goes with it."""


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant."""

    mutant: Mutant
    scenario: str = ""
    noticed: str = ""
    why: str = ""
    """Of one that nobody noticed: what is known of it."""

    @property
    def killed(self) -> bool:
        """Whether somebody would notice."""
        return bool(self.noticed)


def mutants(grants: Iterable[Grant]) -> list[Mutant]:
    """Every action of every statement and, where a statement names several, every resource."""
    statements: dict[tuple[str, str, str], set[Grant]] = defaultdict(set)
    for grant in grants:
        statements[grant.role, grant.policy, grant.statement].add(grant)
    found = []
    for (role, _, statement), held in sorted(statements.items()):
        for action in sorted({grant.action for grant in held}):
            gone = frozenset(grant for grant in held if grant.action == action)
            found.append(Mutant(role, statement, action, gone))
        resources = sorted({grant.resource for grant in held})
        for resource in resources if len(resources) > 1 else ():
            gone = frozenset(grant for grant in held if grant.resource == resource)
            found.append(Mutant(role, statement, resource, gone))
    return found


def verdict(mutant: Mutant, trials: Iterable[Killed]) -> Verdict:
    """The first trial in which the mutant, alone, would have been denied something and was noticed."""
    swallowed = ""
    for trial in trials:
        # Where two statements allow the same, without one of them nothing is denied.
        if set(trial.grants) <= mutant.grants:
            if trial.noticed:
                return Verdict(mutant, trial.scenario, trial.noticed)
            swallowed = f"denied in {trial.scenario}, and nothing failed"
        elif set(trial.grants) & mutant.grants:
            swallowed = swallowed or "another statement allows the same"
    return Verdict(mutant, why=swallowed or NOT_ASKED)
