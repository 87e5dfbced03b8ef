"""What is scaled: the instances of one variant of one endpoint."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from localcloud.awsjson import Permission, Request, ServiceError

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
METRIC = "SageMakerVariantInvocationsPerInstance"
KEYS = {
    "application-autoscaling:service-namespace": "ServiceNamespace",
    "application-autoscaling:scalable-dimension": "ScalableDimension",
}
"""The condition keys of the service (service authorization reference)."""

_RESOURCE = re.compile(r"endpoint/([^/]+)/variant/([^/]+)")


@dataclass(frozen=True)
class Resource:
    """A variant, as endpoint/<endpoint>/variant/<variant> names it."""

    endpoint: str
    variant: str

    @property
    def id(self) -> str:
        """The ResourceId."""
        return f"endpoint/{self.endpoint}/variant/{self.variant}"

    @property
    def dimensions(self) -> list[dict[str, str]]:
        """The dimensions of its metrics."""
        names = {"EndpointName": self.endpoint, "VariantName": self.variant}
        return [{"Name": key, "Value": value} for key, value in names.items()]

    @property
    def members(self) -> dict[str, str]:
        """The members of the API by which it is known."""
        return {"ServiceNamespace": NAMESPACE, "ResourceId": self.id, "ScalableDimension": DIMENSION}


def resource(request: Request) -> Resource:
    """What a request is about; all but instances of SageMaker variants is refused."""
    asked = request.parameters
    found = _RESOURCE.fullmatch(asked["ResourceId"])
    if asked["ServiceNamespace"] != NAMESPACE or asked["ScalableDimension"] != DIMENSION or found is None:
        sentence = "The local cloud scales the instances of SageMaker endpoint variants only"
        raise ServiceError("ValidationException", f"{sentence}: endpoint/<name>/variant/<name>, {DIMENSION}.")
    return Resource(found[1], found[2])


def target_arn(request: Request) -> Iterable[str]:
    """The ARN of the scalable target; its id is AWS's own making, here derived from the resource."""
    digest = hashlib.sha256(request.parameters.get("ResourceId", "*").encode()).hexdigest()[:30]
    yield f"arn:aws:application-autoscaling:{request.region}:{request.account}:scalable-target/{digest}"


def not_found(what: str, where: Resource, more: str = "") -> ServiceError:
    """The refusal of what is not registered, in AWS's words."""
    sentence = (
        f"{what} for service namespace: {NAMESPACE}, resource ID: {where.id}, "
        f"scalable dimension: {DIMENSION}{more}"
    )
    return ServiceError("ObjectNotFoundException", sentence)


def needs_alarms(*actions: str) -> Any:
    """What the caller of an action on scaling policies must be allowed in CloudWatch.

    https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html,
    "Permissions required for API actions on target services and CloudWatch".
    """

    def needed(_component: object, request: Request) -> Iterable[Permission]:
        alarm = f"alarm:TargetTracking-{request.parameters['ResourceId']}-AlarmHigh"
        for action in actions:
            yield Permission(
                f"cloudwatch:{action}", f"arn:aws:cloudwatch:{request.region}:{request.account}:{alarm}"
            )

    return needed
