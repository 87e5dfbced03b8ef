"""An A/B test on a real-time endpoint: an earlier version answers a part of the requests."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from marquee.identity import Attempt
from marquee.ledger import Challenger, Champion, Ledger
from marquee.ledger.release_lock import ReleaseLock
from marquee.releases.ab_configs import CHALLENGER, ab_config, ab_request, expected_config, weights
from marquee.releases.asking import Asking, ChampionMoved
from marquee.releases.champions import UnknownVersion, find
from marquee.releases.checks import NotVerified, check_known_reviews
from marquee.releases.endpoint_configs import VARIANT, config_request
from marquee.releases.lease import LEASE_SECONDS
from marquee.releases.rolling_back import NoChampion, Step
from marquee.releases.shifting import Shift
from marquee.services.endpoint import Endpoint, EndpointBusy, EndpointUnreachable
from marquee.settings import TrafficSettings

HOLDER = "traffic#"


class TrafficRefused(Exception):
    """An A/B test that cannot be; says why."""


@dataclass(frozen=True)
class ShareTraffic:
    """Reads, sets and ends an A/B test; call `share` again until it says `done` or `failed`."""

    settings: TrafficSettings
    ledger: Ledger
    lock: ReleaseLock
    asking: Asking

    @classmethod
    def of(cls, settings: TrafficSettings) -> "ShareTraffic":
        """Wire it to AWS."""
        ledger, lock = Ledger(settings.ledger_table), ReleaseLock(settings.ledger_table)
        return cls(settings, ledger, lock, Asking(ledger, Shift.of(settings)))

    def read(self) -> list[dict[str, Any]]:
        """Return who answers which percent of the requests: variant, version, percent."""
        champion, state = self._champion(), self._endpoint.state()
        if state is None or not state.weights:
            return []
        beside = champion.challenger.version if champion.challenger else ""
        versions, total = {VARIANT: champion.version, CHALLENGER: beside}, sum(state.weights.values())
        return [
            {"variant": name, "version": versions.get(name, ""), "percent": 100 * weight / total}
            for name, weight in state.weights.items()
        ]

    def resume(self, version: str, percent: int) -> Step:
        """Take the next step of a change that is under way; nothing if it is over (see RollBack.resume)."""
        holder = holder_of(version, percent)
        if self.lock.holder() != holder:
            return Step("done", version, "it is over already")
        try:
            return self.share(version, percent)
        except (TrafficRefused, UnknownVersion):
            self.lock.free(holder)  # it can never be done
            raise

    def share(self, version: str, percent: int) -> Step:
        """Take one step towards `version` answering `percent` of the requests; 0 ends the test."""
        champion = self._champion()
        self._check(champion, version, percent)
        holder = holder_of(version, percent)
        if not self.lock.acquire(holder, LEASE_SECONDS):
            return Step("waiting", version, f"{self.lock.holder()} is changing the endpoint")
        challenger = Challenger(version, percent) if percent else None
        step = self._towards(champion, challenger, version)
        if step.status in ("done", "failed"):
            self.lock.free(holder)
        return step

    @property
    def _endpoint(self) -> Endpoint:
        return self.asking.shift.endpoint

    def _champion(self) -> Champion:
        champion = self.ledger.champion()
        if champion is None:
            raise NoChampion
        return champion

    def _check(self, champion: Champion, version: str, percent: int) -> None:
        if self.settings.endpoint_type == "serverless":
            message = (
                "a serverless endpoint has one variant (SageMaker's limit), so its traffic cannot be shared; "
                "deploy with EndpointType=realtime for an A/B test"
            )
            raise TrafficRefused(message)
        if not 0 <= percent < 100:
            message = f"{percent} percent is not between 0 and 99; `marquee rollback {version}` gives it all"
            raise TrafficRefused(message)
        if find(champion, version) == champion and percent:
            message = f"version {version} is the champion; name the one that is to answer beside it"
            raise TrafficRefused(message)

    def _towards(self, champion: Champion, challenger: Challenger | None, version: str) -> Step:
        wanted = replace(champion, challenger=challenger)
        self._make_config(champion, challenger)
        progress = self.asking.towards(champion, expected_config(wanted))
        if progress == "failed":
            return self._failed(champion, version, "SageMaker took the update back")
        if progress != "done" or (challenger and not self._weighs(challenger)):
            return Step("updating", version)
        return self._settled(champion, challenger, version)

    def _make_config(self, champion: Champion, challenger: Challenger | None) -> None:
        """Make the config to come to, with as many of the champion's instances as the load has called for.

        No page says whether RetainAllVariantProperties keeps their number where the variants change.
        """
        state = self._endpoint.state()
        instances = state.instances.get(VARIANT, 0) if state else 0
        if challenger:
            beside = find(champion, challenger.version)
            request = ab_request(self.settings, champion, beside, challenger, instances)
        else:
            request = config_request(self.settings, Attempt.parse(champion.attempt_id), instances)
        name = request["EndpointConfigName"]
        if state and not state.changing and state.config != name:
            self._endpoint.delete_config(name)  # of other days; nothing runs it
        self._endpoint.create_config(request)

    def _weighs(self, challenger: Challenger) -> bool:
        """Whether the variants have their weights; asks for them if not."""
        state, wanted = self._endpoint.state(), weights(challenger)
        if state is None or state.weights == wanted:
            return state is not None
        with suppress(EndpointBusy):  # the next call asks again
            self._endpoint.weigh(wanted)
        return False

    def _failed(self, champion: Champion, version: str, why: str) -> Step:
        """Leave the traffic as it was; the reconciler sees to it that it is."""
        self.asking.give_up(champion, expected_config(champion))
        return Step("failed", version, f"{why}; the traffic stays as it was")

    def _settled(self, champion: Champion, challenger: Challenger | None, version: str) -> Step:
        try:
            if challenger:
                check_known_reviews(self._endpoint.variant(CHALLENGER), version)
        except (EndpointUnreachable, NotVerified) as error:
            return self._failed(champion, version, str(error))
        settled = replace(champion, challenger=challenger, wanted="", asked_at="")
        if not self.ledger.replace_champion(settled, champion):
            raise ChampionMoved
        before = champion.challenger
        if before and before.version != (challenger.version if challenger else ""):
            self._endpoint.delete_config(ab_config(champion.endpoint_config, before.version))
        return Step("done", version)


def holder_of(version: str, percent: int) -> str:
    """Return as whom a change of the traffic holds the lease."""
    return f"{HOLDER}{version}={percent}"
