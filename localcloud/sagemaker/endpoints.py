"""Endpoints: Create, Describe, List, Update, UpdateWeightsAndCapacities, Delete."""

from collections.abc import Collection
from typing import Any

from botocore.exceptions import ClientError

from localcloud.autoscaling.targets import ScalableTargets
from localcloud.awsjson import Request, ServiceError, action
from localcloud.sagemaker.deployments import Change, Deployments
from localcloud.sagemaker.endpoint_configs import ARN as CONFIG_ARN
from localcloud.sagemaker.endpoint_configs import EndpointConfigs
from localcloud.sagemaker.endpoint_record import KIND, pending_summary, scaling_status
from localcloud.sagemaker.listing import page
from localcloud.sagemaker.rollout import AlarmWatch
from localcloud.sagemaker.shifting import Plan, plan
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.store import Document, now

ARN = "arn:aws:sagemaker:{region}:{account}:endpoint/{EndpointName}"
_SUMMARY = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")


class Endpoints:
    """Every endpoint of the cloud; `deployments` does the work behind each."""

    def __init__(
        self, store: TaggedStore, configs: EndpointConfigs, deployments: Deployments, scaled: ScalableTargets
    ) -> None:
        self._store, self._configs, self._deployments = store, configs, deployments
        self._scaled = scaled

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
        endpoint, config = self._find(request), self._configs.find(request)
        if endpoint["EndpointStatus"] != "InService":
            raise self._occupied(request)
        deployment = _deployment_config(request.parameters, endpoint)
        self._check_scaled(endpoint["EndpointName"], config)
        running = [variant["VariantName"] for variant in endpoint.get("ProductionVariants", [])]
        steps = plan(deployment, running, config["ProductionVariants"])
        retained = _retained(request.parameters)
        change = Change(config, steps, self._watch(config, steps), retained)
        remembered = {"LastDeploymentConfig": deployment} if deployment else {}
        self._occupy(request, "Updating", PendingDeploymentSummary=pending_summary(config), **remembered)
        self._deployments.update(endpoint["EndpointName"], change)
        return {"EndpointArn": _arn(request)}

    @action("UpdateEndpointWeightsAndCapacities", ARN)
    def update_weights(self, request: Request) -> dict[str, Any]:
        """Share the traffic among the variants anew, and give them other numbers of instances."""
        endpoint, desired = self._find(request), request.parameters["DesiredWeightsAndCapacities"]
        _check_desired(desired, endpoint)
        self._occupy(request, "Updating", ProductionVariants=_desired(desired, endpoint))
        self._deployments.reweigh(endpoint["EndpointName"], desired)
        return {"EndpointArn": _arn(request)}

    @action("DeleteEndpoint", ARN)
    def delete(self, request: Request) -> dict[str, Any]:
        """Stop an endpoint and forget it."""
        endpoint = self._find(request)
        self._occupy(request, "Deleting", ("InService", "Failed"))
        self._deployments.delete(endpoint["EndpointName"])
        self._store.tags.forget(endpoint["EndpointArn"])
        self._scaled.forget(endpoint["EndpointName"])
        return {}

    def _check_scaled(self, endpoint: str, config: Document) -> None:
        """An update that changes what is scaled fails (endpoint-auto-scaling, "Update an endpoint")."""
        wanted = {
            variant["VariantName"]: variant.get("InstanceType") for variant in config["ProductionVariants"]
        }
        running = self._deployments.instance_types(endpoint)
        for variant in self._scaled.of(endpoint):
            if wanted.get(variant) != running.get(variant):
                _refuse(
                    f"The instance type of variant {variant} cannot change while it is registered with "
                    "Application Auto Scaling. Deregister it as a scalable target, update, register it again."
                )

    def _watch(self, config: Document, steps: Plan) -> AlarmWatch:
        """The alarms of an update, all of which must be there to be read."""
        try:
            watch = self._deployments.watch(config, steps.alarms)
            known = watch.states()
        except ClientError as error:
            raise ServiceError("ValidationException", error.response["Error"]["Message"]) from error
        if missing := [name for name in steps.alarms if name not in known]:
            _refuse(f"Could not find CloudWatch alarm(s): [{', '.join(missing)}]")
        return watch

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


def _deployment_config(parameters: dict[str, Any], endpoint: Document) -> dict[str, Any]:
    last = endpoint.get("LastDeploymentConfig", {}) if parameters.get("RetainDeploymentConfig") else {}
    found: dict[str, Any] = parameters.get("DeploymentConfig") or last
    return found


def _retained(parameters: dict[str, Any]) -> set[str]:
    """The variant properties that an update leaves as they are."""
    if not parameters.get("RetainAllVariantProperties"):
        return set()
    excluded = parameters.get("ExcludeRetainedVariantProperties", [])
    return {"DesiredWeight", "DesiredInstanceCount"} - {entry["VariantPropertyType"] for entry in excluded}


def _check_desired(desired: list[dict[str, Any]], endpoint: Document) -> None:
    variants = {variant["VariantName"]: variant for variant in endpoint.get("ProductionVariants", [])}
    if unknown := {wanted["VariantName"] for wanted in desired} - set(variants):
        _refuse(f"Could not find variants {sorted(unknown)} in endpoint {endpoint['EndpointArn']}.")
    for wanted in desired:
        name = wanted["VariantName"]
        if "ServerlessUpdateConfig" in wanted:
            _refuse("The local cloud changes no ServerlessUpdateConfig.")
        if "DesiredInstanceCount" in wanted and "CurrentServerlessConfig" in variants[name]:
            _refuse(f"Variant {name} is serverless and has no instances.")
        if wanted.get("DesiredInstanceCount") == 0:
            _refuse(f"DesiredInstanceCount of variant {name} must be at least 1.")


def _desired(desired: list[dict[str, Any]], endpoint: Document) -> list[dict[str, Any]]:
    """The variants as they are, with what they shall become."""
    asked = {wanted["VariantName"]: wanted for wanted in desired}
    changed = []
    for variant in endpoint["ProductionVariants"]:
        wanted = asked.get(variant["VariantName"], {})
        current = variant.get("CurrentInstanceCount", 0)
        count = wanted.get("DesiredInstanceCount", current)
        scaling = {"VariantStatus": [scaling_status(count, current)]} if count != current else {}
        changed.append({**variant, **wanted, **scaling})
    return changed


def _refuse(sentence: str) -> None:
    raise ServiceError("ValidationException", sentence)


def _arn(request: Request) -> str:
    name = request.parameters["EndpointName"]
    return ARN.format(EndpointName=name, region=request.region, account=request.account)
