"""Jobs, crawlers and classifiers of a CloudFormation stack, made through Glue's own API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.clients import Clients
from localcloud.constraints import service_model
from localcloud.resources import typed

if TYPE_CHECKING:
    from localcloud.ministack.stack import Create, Delete, MiniStack, Properties, Update


@dataclass(frozen=True)
class _Kind:
    """A resource type and the API that makes it: where the properties go, and what names the resource."""

    resource_type: str
    name: str
    update_member: str = ""
    wrapper: str = ""


_KINDS = (
    _Kind("Job", "JobName", update_member="JobUpdate"),
    _Kind("Crawler", "Name"),
    _Kind("Classifier", "Name", wrapper="CsvClassifier"),
)


def register(stack: MiniStack, clients: Clients) -> None:
    """Add the types of this module, over MiniStack's own."""
    for kind in _KINDS:
        stack.add_resource_type(
            f"AWS::Glue::{kind.resource_type}",
            _creator(kind, clients),
            _deleter(kind, clients),
            _updater(kind, clients),
        )


def _creator(kind: _Kind, clients: Clients) -> Create:
    def create(logical_id: str, properties: Properties, stack: str) -> tuple[str, Mapping[str, Any]]:
        held = dict(properties.get(kind.wrapper, {})) if kind.wrapper else dict(properties)
        held.setdefault("Name", f"{stack}-{logical_id}")
        _call(clients, "create", kind, {kind.wrapper: held} if kind.wrapper else held)
        return str(held["Name"]), {}

    return create


def _updater(kind: _Kind, clients: Clients) -> Update:
    def update(
        physical_id: str, _old: Properties, properties: Properties, stack: str
    ) -> tuple[str, Mapping[str, Any]]:
        held = dict(properties.get(kind.wrapper, {})) if kind.wrapper else dict(properties)
        if held.get("Name", physical_id) != physical_id:
            return _creator(kind, clients)(physical_id, properties, stack)
        held["Name"] = physical_id
        if kind.update_member:
            held = {
                kind.name: physical_id,
                kind.update_member: {k: v for k, v in held.items() if k not in ("Name", "Tags")},
            }
        _call(clients, "update", kind, {kind.wrapper: held} if kind.wrapper else held)
        return physical_id, {}

    return update


def _deleter(kind: _Kind, clients: Clients) -> Delete:
    def delete(physical_id: str, _properties: Properties) -> None:
        _call(clients, "delete", kind, {kind.name: physical_id})

    return delete


def _call(clients: Clients, verb: str, kind: _Kind, parameters: dict[str, Any]) -> None:
    shape = service_model("glue").operation_model(f"{verb.title()}{kind.resource_type}").input_shape
    call: Callable[..., Any] = getattr(clients.client("glue"), f"{verb}_{kind.resource_type.lower()}")
    call(**_flat(typed(shape, parameters)))


def _flat(parameters: dict[str, Any]) -> dict[str, Any]:
    """CloudFormation's Schedule is an object, the API's an expression."""
    schedule = parameters.get("Schedule")
    if isinstance(schedule, dict):
        return {**parameters, "Schedule": schedule.get("ScheduleExpression", "")}
    return parameters
