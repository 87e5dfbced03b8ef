"""What DescribeEndpoint and the events say of an endpoint while it changes."""

from collections.abc import Callable
from typing import Any

from localcloud.sagemaker.events import Events
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.store import Document, now

KIND = "Endpoint"


class EndpointRecord:
    """One endpoint in the store. An endpoint that is gone is not told of."""

    def __init__(self, store: TaggedStore, events: Events, name: str) -> None:
        self._store, self._events, self._name = store, events, name

    def announce(self) -> None:
        """Events of the change that has begun."""
        if endpoint := self._store.find(KIND, self._name):
            self._events.endpoint(endpoint)
            if _deploys(endpoint):
                self._events.deployment(endpoint)

    def tell(self, status: str, message: Callable[[int], str]) -> None:
        """The pending deployment is at another stage; `message` takes a variant's instance count."""

        def edit(endpoint: Document) -> None:
            for variant in endpoint["PendingDeploymentSummary"]["ProductionVariants"]:
                text = message(variant.get("DesiredInstanceCount", 1))
                variant["VariantStatus"] = [_status(status, text)]
            endpoint["LastModifiedTime"] = now()

        if endpoint := self._store.change(KIND, self._name, edit):
            self._events.deployment(endpoint)

    def roll_back(self) -> None:
        """The endpoint goes back to the config it ran."""

        def edit(endpoint: Document) -> None:
            endpoint.update(EndpointStatus="RollingBack", LastModifiedTime=now())

        if endpoint := self._store.change(KIND, self._name, edit):
            self._events.endpoint(endpoint)

    def conclude(self, **changes: Any) -> None:
        """The change is over, and this is what came of it."""
        pending = False

        def edit(endpoint: Document) -> None:
            nonlocal pending
            pending = _deploys(endpoint)
            endpoint.pop("PendingDeploymentSummary", None)
            endpoint.pop("FailureReason", None)
            endpoint.update(changes, LastModifiedTime=now())

        endpoint = self._store.change(KIND, self._name, edit)
        if endpoint and pending:
            self._events.deployment(endpoint)
        if endpoint:
            self._events.endpoint(endpoint)


def pending_summary(config: Document) -> dict[str, Any]:
    """What DescribeEndpoint says of a deployment whose containers are coming up."""
    variants = [_pending_variant(variant) for variant in config["ProductionVariants"]]
    return {
        "EndpointConfigName": config["EndpointConfigName"],
        "StartTime": now(),
        "ProductionVariants": variants,
    }


def scaling_status(count: int, current: int) -> dict[str, Any]:
    """What DescribeEndpoint says of a variant that gets another number of instances."""
    way = "out" if count > current else "in"
    return _status("Updating", f"Scaling {way} desired instance count to {count}.")


def _deploys(endpoint: Document) -> bool:
    """Whether containers come and go."""
    scaling = any("VariantStatus" in variant for variant in endpoint.get("ProductionVariants", []))
    return "PendingDeploymentSummary" in endpoint or scaling


def _pending_variant(variant: dict[str, Any]) -> dict[str, Any]:
    weight, count = variant["InitialVariantWeight"], variant.get("InitialInstanceCount", 1)
    status = [_status("Creating", f"Launching {count} instance(s).")]
    shown = {"VariantName": variant["VariantName"], "CurrentWeight": weight, "DesiredWeight": weight}
    if "ServerlessConfig" in variant:
        return {**shown, "DesiredServerlessConfig": variant["ServerlessConfig"], "VariantStatus": status}
    counts = {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
    return {**shown, **counts, "VariantStatus": status}


def _status(status: str, message: str) -> dict[str, Any]:
    return {"Status": status, "StatusMessage": message, "StartTime": now()}
