"""Bringing an earlier champion back: one version, step by step, until it answers."""

from dataclasses import dataclass, replace
from typing import Literal

from marquee.clock import now
from marquee.ledger import Champion, Ledger
from marquee.ledger.release_lock import ReleaseLock
from marquee.notices import Outcome, notify
from marquee.releases.ab_configs import expected_config
from marquee.releases.asking import Asking, ChampionMoved
from marquee.releases.champions import UnknownVersion, brought_back, find
from marquee.releases.checks import NotVerified, check_known_reviews
from marquee.releases.lease import LEASE_SECONDS
from marquee.releases.shifting import Shift
from marquee.services.endpoint import EndpointUnreachable
from marquee.services.topic import Topic
from marquee.settings import RollBackSettings

HOLDER = "rollback#"


class NoChampion(Exception):
    """There is nothing to change yet."""

    def __init__(self) -> None:
        super().__init__("no model has gone live yet, so there is none to bring back")


@dataclass(frozen=True)
class Step:
    """How far a change is; `reason` says what it waits for, or why it failed."""

    status: Literal["waiting", "updating", "done", "failed"]
    version: str
    reason: str = ""


@dataclass(frozen=True)
class RollBack:
    """Makes an earlier champion answer; call it again until it says `done` or `failed`."""

    ledger: Ledger
    lock: ReleaseLock
    asking: Asking
    topic: Topic

    @classmethod
    def of(cls, settings: RollBackSettings) -> "RollBack":
        """Wire it to AWS."""
        ledger, lock = Ledger(settings.ledger_table), ReleaseLock(settings.ledger_table)
        topic = Topic(settings.notices_topic_arn, settings.stage)
        return cls(ledger, lock, Asking(ledger, Shift.of(settings)), topic)

    def resume(self, version: str) -> Step:
        """Take the next step of a rollback that is under way; nothing if it is over.

        Whoever hands it on does so by an event, which may come late and twice: another model may answer by
        then, and nobody asked to replace that one.
        """
        if self.lock.holder() != HOLDER + version:
            return Step("done", version, "it is over already")
        try:
            return self.step(version)
        except UnknownVersion:
            self.lock.free(HOLDER + version)  # it can never be done
            raise

    def step(self, version: str) -> Step:
        """Take one step; UnknownVersion if it is not kept, NoChampion if there is none."""
        champion = self.ledger.champion()
        if champion is None:
            raise NoChampion
        target = find(champion, version)
        if not self.lock.acquire(HOLDER + version, LEASE_SECONDS):
            return Step("waiting", version, f"{self.lock.holder()} is changing the endpoint")
        progress = self.asking.towards(champion, target.endpoint_config)
        if progress == "failed":
            return self._failed(champion, version, "SageMaker took the update back")
        if progress != "done":
            return Step("updating", version)
        return self._verified(champion, target)

    def _verified(self, champion: Champion, target: Champion) -> Step:
        try:
            check_known_reviews(self.asking.shift.endpoint, target.version)
        except EndpointUnreachable as error:
            if error.starting:
                return Step("updating", target.version, str(error))
            return self._failed(champion, target.version, str(error))
        except NotVerified as error:
            return self._failed(champion, target.version, str(error))
        return self._done(champion, target)

    def _done(self, champion: Champion, target: Champion) -> Step:
        version = target.version
        again = replace(champion, challenger=None, wanted="", asked_at="")
        answering = again if champion.version == version else brought_back(champion, version)
        if answering != champion and not self.ledger.replace_champion(answering, champion):
            raise ChampionMoved
        if answering.instead_of:
            self._tell(answering, Outcome.ROLLED_BACK, answering.since, _sentence(answering))
        self.lock.free(HOLDER + version)
        return Step("done", version)

    def _failed(self, champion: Champion, version: str, why: str) -> Step:
        """Leave the champion as it is, and let it answer again; the reconciler sees to it that it does."""
        said = f"Version {version} was not brought back: {why}."
        # Where the endpoint ran it already nobody asked, and every such failure is an occasion of its own.
        self._tell(champion, Outcome.ROLLBACK_FAILED, champion.asked_at or now(), said)
        self.asking.give_up(champion, expected_config(champion))
        self.lock.free(HOLDER + version)
        return Step("failed", version, said)

    def _tell(self, champion: Champion, outcome: Outcome, occasion: str, words: str) -> None:
        run = self.ledger.get(champion.run_id)
        notify(self.ledger, self.topic, run, outcome, occasion, words=words)


def _sentence(champion: Champion) -> str:
    instead = f"instead of version {champion.instead_of}"
    return f"Version {champion.version} answers since {champion.since}, {instead}."
