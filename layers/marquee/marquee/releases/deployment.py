"""Bringing a candidate that passed its trial to the endpoint: describe, create, update, or wait."""

from dataclasses import dataclass

from marquee import names
from marquee.identity import Attempt
from marquee.ledger import Ledger, Stage
from marquee.ledger.release_lock import ReleaseLock
from marquee.releases.lease import hold
from marquee.releases.shifting import Progress, Shift
from marquee.settings import DeploySettings
from marquee.stages import RunMoved, enter, standing_at, wait
from marquee.training.request import tags


@dataclass(frozen=True)
class DeployModel:
    """Makes the endpoint run an attempt's model; call it again until it says `done` or `updating`."""

    settings: DeploySettings
    ledger: Ledger
    lock: ReleaseLock
    shift: Shift

    @classmethod
    def of(cls, settings: DeploySettings) -> "DeployModel":
        """Wire it to AWS."""
        table = settings.ledger_table
        return cls(settings, Ledger(table), ReleaseLock(table), Shift.of(settings))

    def deploy(self, attempt: Attempt) -> tuple[Progress, str]:
        """Return how far the endpoint is and the config it is to run; RunMoved if the run is past that."""
        standing_at(self.ledger, attempt, Stage.JUDGING, Stage.RELEASING)
        hold(self.lock, attempt.id)
        config = names.attempt_name(self.settings.stage, attempt.id)
        # Recorded before the endpoint is touched: who fails this run must know what to take back.
        facts = {"endpoint_config": config}
        run = enter(self.ledger, attempt, Stage.RELEASING, "deploy_model", facts=facts)
        if run is None:
            raise RunMoved(self.ledger.get(attempt.run_id), Stage.RELEASING)
        if self._failed(config):
            return "done", config
        progress = self.shift.bring(config, tags(attempt, self.settings.stage))
        if progress == "waiting":
            wait(self.ledger, run, "the endpoint to be free, or for room for it")
        return progress, config

    def _failed(self, config: str) -> bool:
        """Whether the endpoint was made for this config and did not come up: verify_endpoint says why."""
        state = self.shift.endpoint.state()
        return state is not None and state.status == "Failed" and state.config == config
