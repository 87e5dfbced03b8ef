"""Bringing a registered candidate to the endpoint: describe, create, update, or wait."""

from dataclasses import dataclass
from typing import Any, Literal

from marquee import names
from marquee.identity import Attempt
from marquee.ledger import Ledger, Stage
from marquee.services.endpoint import Endpoint, EndpointState
from marquee.settings import DeploySettings
from marquee.stages import standing_at
from marquee.training.request import tags

Progress = Literal["waiting", "updating", "done"]
# One variant: an update keeps its name, so that SageMaker shifts traffic instead of adding a second.
VARIANT = "live"
_CONCURRENCY = 5


@dataclass(frozen=True)
class DeployModel:
    """Makes the endpoint run an attempt's model; call it again until it says `done` or `updating`."""

    settings: DeploySettings
    ledger: Ledger
    endpoint: Endpoint

    @classmethod
    def of(cls, settings: DeploySettings) -> "DeployModel":
        """Wire it to AWS."""
        return cls(settings, Ledger(settings.ledger_table), Endpoint(settings.endpoint_name))

    def deploy(self, attempt: Attempt) -> tuple[Progress, str]:
        """Return how far the endpoint is and the config it is to run; RunMoved if the run is past that."""
        run = standing_at(self.ledger, attempt, Stage.RELEASING)
        config = names.attempt_name(self.settings.stage, attempt.id)
        self.endpoint.create_config(self._config_request(attempt, config))
        # Recorded before the endpoint is touched: who fails this run must know what to take back.
        self.ledger.record(run.run_id, {"endpoint_config": config})
        return self._bring(self.endpoint.state(), config, attempt), config

    def _bring(self, state: EndpointState | None, config: str, attempt: Attempt) -> Progress:
        if state is None:
            self.endpoint.create(config, tags(attempt, self.settings.stage))
            return "updating"
        if state.changing:
            return "updating" if config in (state.config, state.pending_config) else "waiting"
        if state.config == config:
            return "done"
        if state.status != "InService":
            # A failed endpoint can only be deleted (SageMaker API, EndpointStatus); it answers nobody.
            self.endpoint.delete()
            return "waiting"
        self.endpoint.update(config)
        return "updating"

    def _config_request(self, attempt: Attempt, config: str) -> dict[str, Any]:
        variant = {"VariantName": VARIANT, "ModelName": config, **self._capacity()}
        return {
            "EndpointConfigName": config,
            "ProductionVariants": [variant],
            "Tags": tags(attempt, self.settings.stage),
        }

    def _capacity(self) -> dict[str, Any]:
        if self.settings.endpoint_type == "serverless":
            memory = self.settings.endpoint_memory_mb
            return {"ServerlessConfig": {"MemorySizeInMB": memory, "MaxConcurrency": _CONCURRENCY}}
        return {"InstanceType": self.settings.endpoint_instance_type, "InitialInstanceCount": 1}
