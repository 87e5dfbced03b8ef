"""Deleting what no champion to fall back to needs any more; a version's package and archive stay for ever."""

from dataclasses import dataclass, replace

from marquee.ledger import Champion, Ledger
from marquee.releases.ab_configs import ab_config
from marquee.releases.champions import outdated
from marquee.services.endpoint import Endpoint
from marquee.services.registry import Registry


@dataclass(frozen=True)
class Pruning:
    """Deletes the models and endpoint configs of champions of long ago."""

    ledger: Ledger
    endpoint: Endpoint
    registry: Registry

    def prune(self) -> None:
        """Delete what is outdated, then forget it; a death in between deletes again."""
        champion = self.ledger.champion()
        if champion is None:
            return
        for one in champion.previous:
            if one.challenger:
                self.endpoint.delete_config(ab_config(one.endpoint_config, one.challenger.version))
        for one in outdated(champion):
            self.endpoint.delete_config(one.endpoint_config)
            self.registry.delete_model(one.endpoint_config)  # of the same name, both being the attempt's
        tidy = replace(champion, previous=_tidy(champion))
        if tidy != champion:
            self.ledger.replace_champion(tidy, champion)


def _tidy(champion: Champion) -> tuple[Champion, ...]:
    gone = outdated(champion)
    return tuple(replace(one, challenger=None) for one in champion.previous if one not in gone)
