"""Making a verified candidate the champion."""

from dataclasses import dataclass

from marquee.endings import Endings
from marquee.identity import Attempt
from marquee.ledger import Promotion, Run, Stage
from marquee.notices import Outcome
from marquee.releases.champions import promoted
from marquee.releases.pruning import Pruning
from marquee.releases.reasons import reason_of
from marquee.services.endpoint import Endpoint
from marquee.services.registry import Registry
from marquee.settings import PromoteSettings
from marquee.stages import standing_at


class ChampionChanged(Exception):
    """Another model became champion after this one was judged; it must be judged again."""


@dataclass(frozen=True)
class PromoteModel:
    """Points at the new champion, approves its version, and tells people."""

    endings: Endings
    registry: Registry
    pruning: Pruning

    @classmethod
    def of(cls, settings: PromoteSettings) -> "PromoteModel":
        """Wire it to AWS."""
        endings, registry = Endings.of(settings), Registry(settings.model_package_group)
        pruning = Pruning(endings.ledger, Endpoint(settings.endpoint_name), registry)
        return cls(endings, registry, pruning)

    def promote(self, attempt: Attempt) -> Run:
        """End the run LIVE; ChampionChanged if its judgement is out of date, RunMoved if it has ended.

        The pointer and the run's stage are one transaction, so the champion's run is always LIVE. What
        follows can be repeated.
        """
        run = standing_at(self.endings.ledger, attempt, Stage.RELEASING, Stage.LIVE)
        replaces, judgement = run.facts["replaces"] or None, reason_of(run)
        champion = promoted(run, self.endings.ledger.champion())
        promotion = Promotion(champion, replaces)
        ended = self.endings.end(attempt, Outcome.LIVE, judgement, "promote_model", promotion=promotion)
        if ended is None:
            standing_at(self.endings.ledger, attempt, Stage.RELEASING)
            message = f"the champion is not version {replaces or 'none'} any more"
            raise ChampionChanged(message)
        self.registry.decide(run.facts["model_package_arn"], True, judgement)
        self.pruning.prune()
        self.endings.lock.free(attempt.id)
        return ended
