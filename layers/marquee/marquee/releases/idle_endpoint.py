"""An endpoint nobody asks any more: a word about it, and its end where that is wanted."""

from dataclasses import dataclass, replace
from typing import Literal

from marquee.clock import later
from marquee.ledger import Champion, Ledger
from marquee.ledger.release_lock import ReleaseLock
from marquee.notices import Outcome, notify
from marquee.releases.endpoint_configs import VARIANT
from marquee.releases.lease import MOMENT_SECONDS
from marquee.services.endpoint import Endpoint, EndpointBusy
from marquee.services.requests import invocations
from marquee.services.topic import Topic
from marquee.settings import SweepSettings

HOLDER = "sweep#"


@dataclass(frozen=True)
class IdleEndpoint:
    """Looks once whether the endpoint is still of use."""

    settings: SweepSettings
    ledger: Ledger
    lock: ReleaseLock
    endpoint: Endpoint
    topic: Topic

    @classmethod
    def of(cls, settings: SweepSettings) -> "IdleEndpoint":
        """Wire it to AWS."""
        ledger, lock = Ledger(settings.ledger_table), ReleaseLock(settings.ledger_table)
        topic = Topic(settings.notices_topic_arn, settings.stage)
        return cls(settings, ledger, lock, Endpoint(settings.endpoint_name), topic)

    def look(self) -> Literal["in use", "idle", "deleted"]:
        """Warn of an endpoint that was not asked for the days of the setting, and delete it if so set."""
        days, champion = self.settings.idle_days, self.ledger.champion()
        if not days or champion is None or champion.since > later(-86_400 * days):
            return "in use"
        state = self.endpoint.state()
        if state is None and champion.asleep:
            return self._finished(champion, days)
        if state is None or state.changing or invocations(self.endpoint.name, VARIANT, days):
            return "in use"
        if self.settings.delete_idle_endpoint and self._deleted(champion):
            return self._finished(champion, days)
        self._tell(champion, days, False)
        return "idle"

    def _deleted(self, champion: Champion) -> bool:
        """Delete the endpoint, unless somebody is changing it; the ledger knows first that it may be gone."""
        if not self.lock.acquire(HOLDER, MOMENT_SECONDS):
            return False
        asleep = replace(champion, asleep=True, challenger=None)
        try:
            if self.ledger.replace_champion(asleep, champion):
                self.endpoint.delete()
                return True
        except EndpointBusy:
            self.ledger.replace_champion(champion, asleep)
        self.lock.free(HOLDER)
        return False

    def _finished(self, champion: Champion, days: int) -> Literal["deleted"]:
        """What is left once it is deleted, or was by a look that died then: safe to repeat, told once."""
        self.lock.free(HOLDER)
        self._tell(champion, days, True)
        return "deleted"

    def _tell(self, champion: Champion, days: int, deleted: bool) -> None:
        what = "was deleted" if deleted else "still costs what it costs"
        words = f"Endpoint {self.endpoint.name} was not asked once in {days} days and {what}."
        occasion = f"{champion.since} {'deleted' if deleted else 'idle'}"
        run = self.ledger.get(champion.run_id)
        notify(self.ledger, self.topic, run, Outcome.IDLE, occasion, words=words)
