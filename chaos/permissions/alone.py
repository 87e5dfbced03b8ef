"""Mutants that are tried alone: removed for good, while one journey that needs them is made."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from chaos.permissions.traveller import Traveller, WentWrong
from chaos.permissions.verdicts import Killed, Mutant

_PATIENCE = 12.0
"""Seconds a journey without a permission is waited for at least: four times as long as it takes with it."""


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
    """Make the journeys that need it, the quickest first, until one of them goes wrong."""
    for one in sorted(made, key=lambda made: made.seconds):
        if one.needs(mutant):
            noticed = _noticed(mutant, one, traveller)
            yield Killed(tuple(sorted(mutant.grants)), one.journey.__name__, noticed)
            if noticed:
                return


def _noticed(mutant: Mutant, made: Made, traveller: Traveller) -> str:
    cloud = traveller.stage.cloud
    cloud.control("permissions", {"remove": [grant.as_json() for grant in mutant.grants]})
    name = f"{traveller.name}{time.monotonic_ns() % 10**7}"
    try:
        made.journey(Traveller(traveller.stage, name, max(_PATIENCE, 4 * made.seconds)))
    except (WentWrong, ClientError) as wrong:
        # What was denied nothing went wrong for another reason, and proves nothing.
        return str(wrong) if cloud.control("permissions", {"denied": mutant.role}) else ""
    finally:
        cloud.control("permissions", {"give_back": True})
    return ""
