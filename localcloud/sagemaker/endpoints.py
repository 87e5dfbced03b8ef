"""Endpoints: Create, Describe, List, Update, UpdateWeightsAndCapacities, Delete."""

from collections.abc import Collection
from typing import Any

from localcloud.awsjson import Request, ServiceError, action
from localcloud.sagemaker.deployments import Deployments, pending_summary
from localcloud.sagemaker.endpoint_configs import ARN as CONFIG_ARN
from localcloud.sagemaker.endpoint_configs import EndpointConfigs
from localcloud.sagemaker.listing import page
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.store import Document, now

KIND = "Endpoint"
ARN = "arn:aws:sagemaker:{region}:{account}:endpoint/{EndpointName}"
_SUMMARY = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")


class Endpoints:
    """Every endpoint of the cloud; `deployments` does the work behind each."""

    def __init__(self, store: TaggedStore, configs: EndpointConfigs, deployments: Deployments) -> None:
        self._store, self._configs, self._deployments = store, configs, deployments

    @action("CreateEndpoint", ARN, CONFIG_ARN)
    def create(self, request: Request) -> dict[str, Any]:
        """Accept an endpoint; it is InService once its containers answer."""
        config = self._configs.find(request)
        name = request.parameters["EndpointName"]
        arn, at = _arn(request), now()
        endpoint = {
            "EndpointName": name,
            "EndpointArn": arn,
            "EndpointConfigName": config["EndpointConfigName"],
            "EndpointStatus": "Creating",
            "CreationTime": at,
            "LastModifiedTime": at,
        }
        if not self._store.add(KIND, name, endpoint):
            raise ServiceError("ValidationException", f'Cannot create already existing endpoint "{arn}".')
        self._store.tags.register(arn, request)
        self._deployments.create(endpoint, config)
        return {"EndpointArn": arn}

    @action("DescribeEndpoint", ARN)
    def describe(self, request: Request) -> dict[str, Any]:
        """Everything about an endpoint."""
        return self._find(request)

    @action("ListEndpoints")
    def list_all(self, request: Request) -> dict[str, Any]:
        """Summaries of the endpoints."""
        return page(request, "Endpoints", KIND, self._store.all(KIND), _SUMMARY)

    @action("UpdateEndpoint", ARN, CONFIG_ARN)
    def update(self, request: Request) -> dict[str, Any]:
        """Deploy another config beside the running one; which of them runs in the end, Describe says."""
        self._find(request)
        config = self._configs.find(request)
        _check_deployment(request.parameters)
        self._occupy(request, "Updating", PendingDeploymentSummary=pending_summary(config))
        retain = bool(request.parameters.get("RetainAllVariantProperties"))
        self._deployments.update(request.parameters["EndpointName"], config, retain)
        return {"EndpointArn": _arn(request)}

    @action("UpdateEndpointWeightsAndCapacities", ARN)
    def update_weights(self, request: Request) -> dict[str, Any]:
        """Share the traffic among the variants anew."""
        endpoint, desired = self._find(request), request.parameters["DesiredWeightsAndCapacities"]
        known = {variant["VariantName"] for variant in endpoint.get("ProductionVariants", [])}
        if unknown := {wanted["VariantName"] for wanted in desired} - known:
            sentence = f"Could not find variants {sorted(unknown)} in endpoint {_arn(request)}."
            raise ServiceError("ValidationException", sentence)
        self._occupy(request, "Updating")
        self._deployments.reweigh(endpoint["EndpointName"], desired)
        return {"EndpointArn": _arn(request)}

    @action("DeleteEndpoint", ARN)
    def delete(self, request: Request) -> dict[str, Any]:
        """Stop an endpoint and forget it."""
        endpoint = self._find(request)
        self._occupy(request, "Deleting", ("InService", "Failed"))
        self._deployments.delete(endpoint["EndpointName"])
        self._store.tags.forget(endpoint["EndpointArn"])
        return {}

    def _occupy(
        self, request: Request, status: str, idle: Collection[str] = ("InService",), **changes: Any
    ) -> None:
        """From an idle status into another one, for one caller only."""

        def edit(endpoint: Document) -> bool:
            if endpoint["EndpointStatus"] not in idle:
                return False
            endpoint.update(changes, EndpointStatus=status, LastModifiedTime=now())
            return True

        if self._store.change(KIND, request.parameters["EndpointName"], edit) is None:
            raise self._occupied(request)

    def _occupied(self, request: Request) -> ServiceError:
        failed = self._find(request)["EndpointStatus"] == "Failed"
        state = "failed" if failed else "in-progress"
        return ServiceError("ValidationException", f'Cannot update {state} endpoint "{_arn(request)}".')

    def _find(self, request: Request) -> Document:
        endpoint = self._store.find(KIND, request.parameters["EndpointName"])
        if endpoint is None:
            raise ServiceError("ValidationException", f'Could not find endpoint "{_arn(request)}".')
        return endpoint


def _check_deployment(parameters: dict[str, Any]) -> None:
    """This cloud shifts all traffic at once; it does not say that it did a canary."""
    policy = parameters.get("DeploymentConfig", {})
    routing = policy.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {})
    if routing.get("Type", "ALL_AT_ONCE") != "ALL_AT_ONCE" or "RollingUpdatePolicy" in policy:
        sentence = "The local cloud updates endpoints with traffic routing ALL_AT_ONCE only."
        raise ServiceError("ValidationException", sentence)


def _arn(request: Request) -> str:
    name = request.parameters["EndpointName"]
    return ARN.format(EndpointName=name, region=request.region, account=request.account)
