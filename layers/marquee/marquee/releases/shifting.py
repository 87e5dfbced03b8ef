"""Bringing an endpoint to a config: at once where nobody is served, else guarded by alarms.

SageMaker, "Deployment guardrails": an update makes a second fleet, moves the traffic over in steps, and
goes back by itself when an alarm goes off before the old fleet has ended.
"""

from dataclasses import dataclass
from typing import Any, Literal

from marquee import names
from marquee.observability import logger
from marquee.releases.ab_configs import is_ab_config
from marquee.services.endpoint import Endpoint, EndpointBusy, EndpointState
from marquee.services.scaling import Scaling
from marquee.settings import ShiftSettings

Progress = Literal["waiting", "updating", "done"]
_TYPES = {"all_at_once": "ALL_AT_ONCE", "canary": "CANARY", "linear": "LINEAR"}
_SIZES = {"canary": "CanarySize", "linear": "LinearStepSize"}
_LEAST_SECONDS = 3600
# What an update keeps: how many instances there are by now. Which share of the traffic is ours to say.
_RETAINED = {
    "RetainAllVariantProperties": True,
    "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredWeight"}],
}


@dataclass(frozen=True)
class Shift:
    """Moves one endpoint from config to config."""

    endpoint: Endpoint
    settings: ShiftSettings
    scaling: Scaling

    @classmethod
    def of(cls, settings: ShiftSettings) -> "Shift":
        """Wire it to AWS."""
        return cls(Endpoint(settings.endpoint_name), settings, Scaling(settings.endpoint_name))

    def bring(self, config: str, tags: list[dict[str, str]]) -> Progress:
        """Take the endpoint one step towards a config; call again until it says `done`.

        `updating`: it is on its way there; `waiting`: it is busy with something else, or has no room.
        """
        try:
            return self._step(config, tags)
        except EndpointBusy as busy:
            logger().warning("the endpoint cannot be changed now", extra={"because": str(busy)})
            return "waiting"

    def _step(self, config: str, tags: list[dict[str, str]]) -> Progress:
        state = self.endpoint.state()
        if state is None:
            self.endpoint.create(config, tags)
            return "updating"
        if state.changing:
            return "updating" if config in (state.config, state.pending_config) else "waiting"
        if state.status != "InService":
            # A failed endpoint can only be deleted (SageMaker API, EndpointStatus); it answers nobody.
            self.endpoint.delete()
            return "waiting"
        if state.config == config:
            return "done"
        self._update(state, config)
        return "updating"

    def _update(self, state: EndpointState, config: str) -> None:
        guarded = self.settings.endpoint_type == "realtime"
        if guarded:
            # UpdateEndpoint refuses another instance type while the variant is a scalable target
            # (SageMaker, "Update endpoints that use auto scaling"); scale_endpoint registers it again.
            self.scaling.stop()
        # Guardrails want the same variants before and after, which an A/B test has not ("Exclusions").
        same = guarded and len(state.weights) == 1 and not is_ab_config(config)
        self.endpoint.update(config, {**_RETAINED, "DeploymentConfig": self._guard()} if same else {})

    def _guard(self) -> dict[str, Any]:
        settings, kind = self.settings, self.settings.traffic_shifting
        routing: dict[str, Any] = {"Type": _TYPES[kind], "WaitIntervalInSeconds": settings.shift_seconds}
        if kind in _SIZES:
            routing[_SIZES[kind]] = {"Type": "CAPACITY_PERCENT", "Value": settings.shift_percent}
        steps = 100 // settings.shift_percent + 1
        policy = {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": settings.bake_seconds,
            "MaximumExecutionTimeoutInSeconds": _LEAST_SECONDS
            + steps * settings.shift_seconds
            + settings.bake_seconds,
        }
        alarms = [{"AlarmName": name} for name in names.rollback_alarms(settings.endpoint_name)]
        return {"BlueGreenUpdatePolicy": policy, "AutoRollbackConfiguration": {"Alarms": alarms}}
