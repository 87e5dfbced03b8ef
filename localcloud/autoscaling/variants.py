"""The variants of SageMaker's endpoints, seen and changed through SageMaker's own API."""

from typing import Any

from botocore.exceptions import ClientError

from localcloud.autoscaling.resource import Resource
from localcloud.awsjson import ServiceError
from localcloud.clients import Clients


class Variants:
    """What the service-linked role of Application Auto Scaling does on AWS."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def instances(self, resource: Resource) -> int:
        """How many instances a variant has; refused where there is no such variant, or a serverless one."""
        variant = self._find(resource)
        if "CurrentInstanceCount" not in variant:
            sentence = (
                f"Variant {resource.variant} of endpoint {resource.endpoint} has no instances to scale."
            )
            raise ServiceError("ValidationException", sentence)
        return int(variant["CurrentInstanceCount"])

    def scale(self, resource: Resource, count: int) -> None:
        """Ask for another number of instances; ClientError while the endpoint is busy with another change."""
        self._clients.client("sagemaker").update_endpoint_weights_and_capacities(
            EndpointName=resource.endpoint,
            DesiredWeightsAndCapacities=[{"VariantName": resource.variant, "DesiredInstanceCount": count}],
        )

    def _find(self, resource: Resource) -> dict[str, Any]:
        try:
            endpoint = self._clients.client("sagemaker").describe_endpoint(EndpointName=resource.endpoint)
        except ClientError as error:
            raise ServiceError("ValidationException", error.response["Error"]["Message"]) from error
        variants: dict[str, dict[str, Any]] = {
            variant["VariantName"]: variant for variant in endpoint.get("ProductionVariants", [])
        }
        if resource.variant not in variants:
            sentence = f"Endpoint {resource.endpoint} has no variant {resource.variant}."
            raise ServiceError("ValidationException", sentence)
        return variants[resource.variant]
