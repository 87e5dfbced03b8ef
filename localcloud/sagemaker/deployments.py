"""Brings an endpoint's containers up, replaces them, takes them down.

An update is blue/green with all traffic shifted at once: the new fleet comes up beside the old one,
takes the requests only when every container of it answers /ping, and the old one ends after the
requests it still has. A new fleet that does not come up is dropped, and as on AWS the endpoint says
InService on the *old* config. Canary and linear shifting belong into `_replace`, between the new
fleet's start and the switch.
"""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.awsjson import ServiceError
from localcloud.sagemaker.container_process import StartError
from localcloud.sagemaker.events import Events
from localcloud.sagemaker.fleet import Fleet
from localcloud.sagemaker.settings import Settings
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.store import Document, now

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

KIND = "Endpoint"

log = logging.getLogger(__name__)


class Deployments:
    """The fleets behind the endpoints."""

    def __init__(self, cloud: "Cloud", store: TaggedStore, events: Events, settings: Settings) -> None:
        self._cloud, self._store, self._events, self._settings = cloud, store, events, settings
        self._fleets: dict[str, Fleet] = {}

    def fleet(self, endpoint: str) -> Fleet | None:
        """What serves the endpoint now; None while nothing does."""
        return self._fleets.get(endpoint)

    def create(self, endpoint: Document, config: Document) -> None:
        """Bring a new endpoint's containers up, in the background."""
        self._events.endpoint(endpoint)
        self._in_background(self._bring_up, endpoint["EndpointName"], config)

    def update(self, name: str, config: Document, retain_weights: bool) -> None:
        """Replace an endpoint's containers by those of another config, in the background."""
        if endpoint := self._store.find(KIND, name):
            self._events.endpoint(endpoint)
            self._events.deployment(endpoint)
        self._in_background(self._replace, name, config, retain_weights)

    def reweigh(self, name: str, desired: list[dict[str, Any]]) -> None:
        """Give variants other shares of the traffic."""
        if endpoint := self._store.find(KIND, name):
            self._events.endpoint(endpoint)
        fleet = self._fleets[name]
        for wanted in desired:
            variant = fleet.variants[wanted["VariantName"]]
            variant.weight = wanted.get("DesiredWeight", variant.weight)
            if "DesiredInstanceCount" in wanted:
                variant.config = {**variant.config, "InitialInstanceCount": wanted["DesiredInstanceCount"]}
        self._settle(name, fleet)

    def delete(self, name: str) -> None:
        """Take an endpoint down and forget it."""
        endpoint = self._store.remove(KIND, name)
        fleet = self._fleets.pop(name, None)
        if fleet:
            self._in_background(fleet.stop, self._settings.invocation_timeout)
        if endpoint:
            self._events.endpoint(endpoint)

    def close(self) -> None:
        """Take everything down, because the cloud stops."""
        for fleet in list(self._fleets.values()):
            fleet.stop()

    def _in_background(self, work: Callable[..., None], *arguments: Any) -> None:
        threading.Thread(target=work, args=arguments, name=work.__name__, daemon=True).start()

    def _bring_up(self, name: str, config: Document) -> None:
        started = self._start(name, config)
        if isinstance(started, Fleet):
            self._fleets[name] = started
            self._settle(name, started, EndpointConfigName=config["EndpointConfigName"])
        else:
            self._conclude(name, EndpointStatus="Failed", FailureReason=started)

    def _replace(self, name: str, config: Document, retain_weights: bool) -> None:
        old, started = self._fleets[name], self._start(name, config)
        if not isinstance(started, Fleet):
            self._settle(name, old, FailureReason=started)
            return
        for variant in old.variants.values() if retain_weights else ():
            if variant.name in started.variants:
                started.variants[variant.name].weight = variant.weight
        self._fleets[name] = started
        self._settle(name, started, EndpointConfigName=config["EndpointConfigName"])
        old.stop(self._settings.invocation_timeout)

    def _start(self, name: str, config: Document) -> Fleet | str:
        """The fleet of a config, or why there is none."""
        try:
            return Fleet.start(self._cloud, self._settings, name, config, self._model)
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

    def _settle(self, name: str, fleet: Fleet, **changes: Any) -> None:
        """The endpoint is InService with this fleet."""
        self._conclude(name, EndpointStatus="InService", ProductionVariants=fleet.summaries(), **changes)

    def _conclude(self, name: str, **changes: Any) -> None:
        pending = False

        def edit(endpoint: Document) -> None:
            nonlocal pending
            pending = endpoint.pop("PendingDeploymentSummary", None) is not None
            endpoint.pop("FailureReason", None)
            endpoint.update(changes, LastModifiedTime=now())

        endpoint = self._store.change(KIND, name, edit)
        if endpoint and pending:
            self._events.deployment(endpoint)
        if endpoint:
            self._events.endpoint(endpoint)


def pending_summary(config: Document) -> dict[str, Any]:
    """What DescribeEndpoint says of a deployment whose containers are coming up."""
    at = now()
    variants = [
        {
            "VariantName": variant["VariantName"],
            "DesiredWeight": variant["InitialVariantWeight"],
            "VariantStatus": [
                {"Status": "Creating", "StatusMessage": "Launching 1 instance(s).", "StartTime": at}
            ],
        }
        for variant in config["ProductionVariants"]
    ]
    name = config["EndpointConfigName"]
    return {"EndpointConfigName": name, "StartTime": at, "ProductionVariants": variants}


def _names(config: Document) -> str:
    return ", ".join(variant["VariantName"] for variant in config["ProductionVariants"])
