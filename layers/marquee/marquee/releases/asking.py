"""Asking the endpoint for a config outside of a release, and noticing when it went back by itself."""

from dataclasses import dataclass, replace
from typing import Literal

from marquee.clock import now, seconds_between
from marquee.ledger import Champion, Ledger
from marquee.releases.shifting import Progress, Shift
from marquee.services.endpoint import EndpointState

# The slowest shift that the template allows takes half of it; what is refused for longer will always be.
_MAY_TAKE_SECONDS = 3 * 3600


class ChampionMoved(Exception):
    """The champion's pointer changed in this moment; the step is to be tried again."""

    def __init__(self) -> None:
        super().__init__("the champion changed in this moment; ask again")


@dataclass(frozen=True)
class Asking:
    """Brings the endpoint to a config, and writes down in the ledger that and when it was asked to."""

    ledger: Ledger
    shift: Shift

    def towards(self, champion: Champion, config: str) -> Progress | Literal["failed"]:
        """Take one step; `failed` if the endpoint went back from this, or was asked for hours in vain."""
        state = self.shift.endpoint.state()
        if _came_back(champion, config, state) or _is_hopeless(champion, config):
            return "failed"
        running = state is not None and (state.changing or state.config == config)
        if not running and champion.wanted != config:
            asked = replace(champion, wanted=config, asked_at=now(), asleep=False)
            if not self.ledger.replace_champion(asked, champion):
                raise ChampionMoved
        return self.shift.bring(config, [])

    def give_up(self, champion: Champion, config: str) -> None:
        """Forget what was asked for, and let the endpoint go back to what it ran."""
        self.ledger.replace_champion(replace(champion, wanted="", asked_at=""), champion)
        self.shift.bring(config, [])


def _is_hopeless(champion: Champion, config: str) -> bool:
    return champion.wanted == config and seconds_between(champion.asked_at, now()) > _MAY_TAKE_SECONDS


def _came_back(champion: Champion, config: str, state: EndpointState | None) -> bool:
    if champion.wanted != config or state is None or state.changing:
        return False
    # Older than the question: whoever asked died before the endpoint heard of it.
    heard = state.age < seconds_between(champion.asked_at, now())
    return heard and (state.status != "InService" or state.config != config)
