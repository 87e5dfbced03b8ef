"""Making a verified candidate the champion."""

from dataclasses import dataclass

from marquee.clock import now
from marquee.endings import Endings
from marquee.identity import Attempt
from marquee.ledger import Champion, Run, Stage
from marquee.notices import Outcome
from marquee.services.registry import Registry
from marquee.settings import PromoteSettings
from marquee.stages import RunMoved, standing_at


class ChampionChanged(Exception):
    """Another model became champion after this one was judged; it must be judged again."""


@dataclass(frozen=True)
class PromoteModel:
    """Points at the new champion, approves its version, and tells people."""

    endings: Endings
    registry: Registry

    @classmethod
    def of(cls, settings: PromoteSettings) -> "PromoteModel":
        """Wire it to AWS."""
        return cls(Endings.of(settings), Registry(settings.model_package_group))

    def promote(self, attempt: Attempt) -> Run:
        """End the run LIVE; ChampionChanged if its judgement is out of date, RunMoved if it has ended."""
        run = standing_at(self.endings.ledger, attempt, Stage.RELEASING, Stage.LIVE)
        if not self.endings.ledger.promote(_champion_of(run), run.facts["replaces"] or None):
            message = f"the champion is not version {run.facts['replaces'] or 'none'} any more"
            raise ChampionChanged(message)
        self.registry.decide(run.facts["model_package_arn"], True, run.facts["judgement"])
        return finish(self.endings, run, "promote_model")


def finish(endings: Endings, run: Run, cause: str) -> Run:
    """End a run LIVE whose model is the champion already."""
    ended = endings.end(run.current, Outcome.LIVE, run.facts["judgement"], cause)
    if ended is None:
        raise RunMoved(endings.ledger.get(run.run_id), Stage.LIVE)
    endings.lock.free(run.attempt_id)
    return ended


def _champion_of(run: Run) -> Champion:
    facts = run.facts
    return Champion(
        run.run_id,
        run.attempt_id,
        facts["model_version"],
        facts["endpoint_config"],
        facts["accuracy"],
        since=now(),
    )
