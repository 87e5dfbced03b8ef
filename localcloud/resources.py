"""CloudFormation resource types that MiniStack lacks: made through the services' APIs, or only recorded."""

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from botocore import xform_name
from botocore.model import ListShape, Shape, StructureShape

from localcloud.clients import Clients
from localcloud.constraints import service_model

log = logging.getLogger(__name__)

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class ApiResource:
    """A type whose properties are the parameters of an API action."""

    resource_type: str
    service: str
    create_action: str
    delete_action: str
    reference: str
    """The member of the answer that Ref gives and that deletes it."""
    delete_member: str
    """The parameter of the delete action."""


THROUGH_API = (
    ApiResource(
        "AWS::SageMaker::ModelPackageGroup",
        "sagemaker",
        "CreateModelPackageGroup",
        "DeleteModelPackageGroup",
        "ModelPackageGroupArn",
        "ModelPackageGroupName",
    ),
    ApiResource(
        "AWS::Athena::NamedQuery",
        "athena",
        "CreateNamedQuery",
        "DeleteNamedQuery",
        "NamedQueryId",
        "NamedQueryId",
    ),
)

NOT_ACTED_ON = (
    "AWS::Budgets::Budget",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::Glue::SecurityConfiguration",
    "AWS::XRay::Group",
)
"""Nothing on one laptop costs or is traced: these are remembered by their stack and do nothing."""


class Stack(Protocol):
    """Where types are added."""

    def add_resource_type(
        self, resource_type: str, create: Callable[..., Any], delete: Callable[..., Any]
    ) -> None:
        """Let CloudFormation make resources of this type."""

    def complete_resource_type(self, resource_type: str, complete: Callable[..., None]) -> None:
        """Call `complete` after a resource of a type that there is was made or changed."""


def register(stack: Stack, clients: Clients) -> None:
    """Add every type of this module."""
    for resource in THROUGH_API:
        stack.add_resource_type(
            resource.resource_type, _creator(resource, clients), _deleter(resource, clients)
        )
    stack.complete_resource_type("AWS::Lambda::Function", _dead_letters(clients))
    for resource_type in NOT_ACTED_ON:
        stack.add_resource_type(resource_type, _recorder(resource_type), _forget)


def typed(shape: Shape | None, value: Any) -> Any:
    """Template values (texts, often) as the types an API's model asks for."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {name: typed(shape.members.get(name), item) for name, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [typed(shape.member, item) for item in value]
    kind = shape.type_name if shape else ""
    if isinstance(value, str) and kind in ("integer", "long"):
        return int(value)
    if isinstance(value, str) and kind in ("float", "double"):
        return float(value)
    if isinstance(value, str) and kind == "boolean":
        return value.lower() == "true"
    return value


def _creator(resource: ApiResource, clients: Clients) -> Callable[..., tuple[str, Mapping[str, Any]]]:
    shape = service_model(resource.service).operation_model(resource.create_action).input_shape

    def create(_logical_id: str, properties: Properties, _stack: str) -> tuple[str, Mapping[str, Any]]:
        call = getattr(clients.client(resource.service), xform_name(resource.create_action))
        answer = call(**typed(shape, dict(properties)))
        attributes = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
        return str(answer[resource.reference]), {**properties, **attributes}

    return create


def _deleter(resource: ApiResource, clients: Clients) -> Callable[..., None]:
    def delete(physical_id: str, _properties: Properties) -> None:
        call = getattr(clients.client(resource.service), xform_name(resource.delete_action))
        call(**{resource.delete_member: physical_id.rpartition("/")[2]})

    return delete


def _dead_letters(clients: Clients) -> Callable[..., None]:
    """MiniStack's CloudFormation leaves the dead-letter queue of a function out."""

    def complete(physical_id: str, properties: Properties) -> None:
        if letters := properties.get("DeadLetterConfig"):
            clients.client("lambda").update_function_configuration(
                FunctionName=physical_id, DeadLetterConfig=letters
            )

    return complete


def _recorder(resource_type: str) -> Callable[..., tuple[str, Mapping[str, Any]]]:
    def create(logical_id: str, properties: Properties, stack: str) -> tuple[str, Mapping[str, Any]]:
        log.warning("%s %s of %s is recorded, and not acted on here", resource_type, logical_id, stack)
        return f"{logical_id}-{uuid.uuid4().hex[:12]}", dict(properties)

    return create


def _forget(_physical_id: str, _properties: Properties) -> None:
    """Nothing was made."""
