"""Brings an endpoint's containers up, replaces them, scales them, takes them down.

An update is blue/green: the new fleet comes up beside the old one, takes requests only when every
container of it answers /ping, at once or in the steps that the caller asks for, and the old one ends
after the requests it still has. A new fleet that does not come up, or under which an alarm goes off, is
dropped, and as on AWS the endpoint says InService on the *old* config.
"""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.awsjson import ServiceError
from localcloud.sagemaker.container_process import SERVICE, StartError
from localcloud.sagemaker.endpoint_record import KIND, EndpointRecord
from localcloud.sagemaker.events import Events
from localcloud.sagemaker.fleet import Fleet, Launcher
from localcloud.sagemaker.hosting import Hosting
from localcloud.sagemaker.rollout import AlarmWatch, Rollout
from localcloud.sagemaker.shifting import Plan
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.sagemaker.traffic import Traffic
from localcloud.store import Document

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Change:
    """What UpdateEndpoint asks for: a config, how to get there, and what stays as it is."""

    config: Document
    plan: Plan
    watch: AlarmWatch
    retained: Collection[str] = ()
    """The variant properties, such as DesiredWeight, that the new fleet takes over from the old one."""


class Deployments:
    """The fleets behind the endpoints."""

    def __init__(self, hosting: Hosting, store: TaggedStore, events: Events) -> None:
        self._cloud, self._settings = hosting.cloud, hosting.settings
        self._store, self._events = store, events
        self._launcher = Launcher(hosting, self._model)
        self._traffic: dict[str, Traffic] = {}

    def traffic(self, endpoint: str) -> Traffic | None:
        """What serves the endpoint now; None while nothing does."""
        return self._traffic.get(endpoint)

    def create(self, endpoint: Document, config: Document) -> None:
        """Bring a new endpoint's containers up, in the background."""
        self._events.endpoint(endpoint)
        self._in_background(self._bring_up, endpoint["EndpointName"], config)

    def update(self, name: str, change: Change) -> None:
        """Replace an endpoint's containers by those of another config, in the background."""
        self._record(name).announce()
        self._in_background(self._replace, name, change)

    def reweigh(self, name: str, desired: list[dict[str, Any]]) -> None:
        """Give variants other shares of the traffic and other numbers of instances, in the background."""
        self._record(name).announce()
        self._in_background(self._rescale, name, desired)

    def delete(self, name: str) -> None:
        """Take an endpoint down and forget it."""
        endpoint = self._store.remove(KIND, name)
        traffic = self._traffic.pop(name, None)
        if traffic:
            self._in_background(traffic.blue.stop, self._settings.invocation_timeout)
        if endpoint:
            self._events.endpoint(endpoint)

    def close(self) -> None:
        """Take everything down, because the cloud stops."""
        for traffic in list(self._traffic.values()):
            traffic.blue.stop()
            if traffic.green:
                traffic.green.stop()

    def instance_types(self, endpoint: str) -> dict[str, str | None]:
        """The instance type of each variant that serves now; None for a serverless one."""
        traffic = self._traffic.get(endpoint)
        variants = traffic.blue.variants.values() if traffic else ()
        return {variant.name: variant.config.get("InstanceType") for variant in variants}

    def watch(self, config: Document, alarms: Sequence[str]) -> AlarmWatch:
        """The alarms of a rollback, read under the execution role (deployment-guardrails-configuration)."""

        def connect() -> Any:
            role = self._model(config["ProductionVariants"][0]["ModelName"])["ExecutionRoleArn"]
            return self._cloud.roles.session(role, SERVICE).client("cloudwatch")

        return AlarmWatch(connect, alarms)

    def _in_background(self, work: Callable[..., None], *arguments: Any) -> None:
        threading.Thread(target=work, args=arguments, name=work.__name__, daemon=True).start()

    def _bring_up(self, name: str, config: Document) -> None:
        started = self._start(name, config, {})
        if isinstance(started, Fleet):
            self._traffic[name] = Traffic(started)
            self._settle(name, started, EndpointConfigName=config["EndpointConfigName"])
        else:
            self._record(name).conclude(EndpointStatus="Failed", FailureReason=started)

    def _replace(self, name: str, change: Change) -> None:
        blue = self._traffic[name].blue
        counts = {variant.name: variant.count for variant in blue.variants.values()}
        green = self._start(name, change.config, counts if "DesiredInstanceCount" in change.retained else {})
        if not isinstance(green, Fleet):
            self._settle(name, blue, FailureReason=green)
            return
        for variant in blue.variants.values() if "DesiredWeight" in change.retained else ():
            if variant.name in green.variants:
                green.variants[variant.name].weight = variant.weight
        if self._cloud.faults.silently_rolls_back(name):
            green.stop()
            self._settle(name, blue)
            return
        if reason := self._shift(name, blue, green, change):
            self._roll_back(name, blue, green, reason)
            return
        self._traffic[name] = Traffic(green)
        self._settle(name, green, EndpointConfigName=green.config_name)
        blue.stop(self._settings.invocation_timeout)

    def _shift(self, name: str, blue: Fleet, green: Fleet, change: Change) -> str:
        def route(traffic: Traffic) -> None:
            self._traffic[name] = traffic

        scale, tell = self._cloud.config.wait_scale, self._record(name).tell
        rollout = Rollout(change.plan, change.watch, scale, route, tell)
        try:
            return rollout.run(blue, green)
        except Exception as error:  # the endpoint must not say Updating for ever, whatever it was
            log.exception("endpoint %s", name)
            return f"Request to service failed. {type(error).__name__}: {error}"

    def _roll_back(self, name: str, blue: Fleet, green: Fleet, reason: str) -> None:
        self._traffic[name] = Traffic(blue)
        record = self._record(name)
        record.roll_back()
        record.tell("Deleting", lambda count: f"Terminating {count} instance(s).")
        green.stop(self._settings.invocation_timeout)
        self._settle(name, blue, FailureReason=reason)

    def _rescale(self, name: str, desired: list[dict[str, Any]]) -> None:
        fleet, failure = self._traffic[name].blue, {}
        for wanted in desired:
            variant = fleet.variants[wanted["VariantName"]]
            variant.weight = wanted.get("DesiredWeight", variant.weight)
            try:
                count = wanted.get("DesiredInstanceCount", variant.count)
                variant.scale(count, self._settings.invocation_timeout)
            except (StartError, ServiceError, ClientError, BotoCoreError, OSError) as error:
                failure = {"FailureReason": f"Variant {variant.name} could not be scaled: {error}"}
        self._settle(name, fleet, **failure)

    def _start(self, name: str, config: Document, counts: Mapping[str, int]) -> Fleet | str:
        """The fleet of a config, or why there is none."""
        try:
            return self._launcher.start(name, config, counts)
        except StartError as error:
            return (
                f"The primary container for production variant {_names(config)} did not pass the ping health "
                f"check. Please check CloudWatch logs for this endpoint. ({error})"
            )
        except (ServiceError, ClientError, BotoCoreError, OSError, LookupError) as error:
            return f"Failed to load the model data of endpoint config {config['EndpointConfigName']}: {error}"
        except Exception as error:  # the endpoint must not say Creating for ever, whatever it was
            log.exception("endpoint %s", name)
            return f"Request to service failed. {type(error).__name__}: {error}"

    def _model(self, name: str) -> Document:
        model = self._store.find("Model", name)
        if model is None:
            raise LookupError(f'Could not find model "{name}".')
        return model

    def _record(self, name: str) -> EndpointRecord:
        return EndpointRecord(self._store, self._events, name)

    def _settle(self, name: str, fleet: Fleet, **changes: Any) -> None:
        """The endpoint is InService with this fleet."""
        self._record(name).conclude(
            EndpointStatus="InService", ProductionVariants=fleet.summaries(), **changes
        )


def _names(config: Document) -> str:
    return ", ".join(variant["VariantName"] for variant in config["ProductionVariants"])
