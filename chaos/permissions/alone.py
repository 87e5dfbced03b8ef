"""Mutants that are tried alone: removed for good, while one journey that needs them is made."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from chaos.permissions.traveller import WRONG, Traveller
from chaos.permissions.verdicts import Killed, Mutant

_PATIENCE = 12.0
"""Seconds a journey is waited for at least once it was denied something: four times as long as it takes."""
_LOOK_SECONDS = 0.5

Journey = Callable[[Traveller], None]


@dataclass(frozen=True)
class Made:
    """A journey that was made with every permission there: what it asked IAM for, in how many seconds."""

    journey: Journey
    asked: frozenset[tuple[str, str, str]]
    seconds: float

    def needs(self, mutant: Mutant) -> bool:
        """Whether it was allowed something by what the mutant lacks."""
        return any(grant.covers(*asked) for grant in mutant.grants for asked in self.asked)


def tried_alone(mutant: Mutant, made: list[Made], traveller: Traveller) -> Iterator[Killed]:
    """Make the journeys that need it, the plainest first, as they were made, until one goes wrong."""
    for one in made:
        if one.needs(mutant):
            noticed = _noticed(mutant, one, traveller)
            yield Killed(tuple(sorted(mutant.grants)), one.journey.__name__, noticed)
            if noticed:
                return


@dataclass
class _Denials:
    """Whether a role was denied something yet; a journey has its time from then on, however busy it is."""

    traveller: Traveller
    role: str
    seconds: float
    _since: float | None = None
    _looked: float = 0.0

    def were_heard(self) -> bool:
        """Ask the cloud."""
        self._looked = time.monotonic()
        if self._since is None and self.traveller.stage.cloud.control("permissions", {"denied": self.role}):
            self._since = self._looked
        return self._since is not None

    def are_old(self) -> bool:
        """Whether what was denied would have been mended by now."""
        if self._since is None and time.monotonic() - self._looked > _LOOK_SECONDS:
            self.were_heard()
        return self._since is not None and time.monotonic() - self._since > self.seconds


def _noticed(mutant: Mutant, made: Made, traveller: Traveller) -> str:
    cloud = traveller.stage.cloud
    denials = _Denials(traveller, mutant.role, max(_PATIENCE, 4 * made.seconds))
    cloud.control("permissions", {"remove": [grant.as_json() for grant in mutant.grants]})
    name = f"{traveller.name}{time.monotonic_ns() % 10**7}"
    try:
        made.journey(replace(traveller, name=name, hopeless=denials.are_old))
    except WRONG as wrong:
        # What was denied nothing went wrong for another reason, and proves nothing.
        return str(wrong) if denials.were_heard() else ""
    finally:
        cloud.control("permissions", {"give_back": True})
    return ""
