"""The actions of an API: what IAM checks before each, and the mark that makes a method one."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar


@dataclass(frozen=True)
class Request:
    """One call of an action, validated and authorised."""

    action: str
    parameters: dict[str, Any]
    account: str
    region: str


@dataclass(frozen=True)
class Permission:
    """One thing IAM must allow before a call goes on."""

    action: str
    resource: str = "*"
    context: Mapping[str, str] = field(default_factory=dict)


Resources = str | Callable[[Request], Iterable[str]]
Needs = Callable[[Any, Request], Iterable[Permission]]
"""(component, request) -> what the caller must be allowed in other services."""
ActionMethod = Callable[..., Mapping[str, Any] | None]
Method = TypeVar("Method", bound=ActionMethod)


@dataclass(frozen=True)
class Action:
    """An API action: its name, what IAM checks it on, and the roles it hands to the service."""

    name: str
    resources: tuple[Resources, ...]
    passes: tuple[str, ...]
    method: ActionMethod
    keys: Mapping[str, str] = field(default_factory=dict)
    needs: Callable[[Request], Iterable[Permission]] = field(default=lambda _: ())

    def arns(self, request: Request) -> list[str]:
        """The resources this call touches; "*" where the action knows no resource."""
        arns: list[str] = []
        for resource in self.resources:
            arns += [_fill(resource, request)] if isinstance(resource, str) else resource(request)
        return arns or ["*"]

    def permissions(self, service: str, request: Request) -> list[Permission]:
        """Everything IAM has to allow for this call."""
        passed = {"iam:PassedToService": f"{service}.amazonaws.com"}
        roles = [_role_arn(_member(request.parameters, path), request.account) for path in self.passes]
        context = {key: request.parameters.get(name, "") for key, name in self.keys.items()}
        return [
            *(Permission(f"{service}:{self.name}", arn, context) for arn in self.arns(request)),
            *(Permission("iam:PassRole", role, passed) for role in roles if role),
            *self.needs(request),
        ]


def action(
    name: str,
    *resources: Resources,
    passes: tuple[str, ...] = (),
    keys: Mapping[str, str] | None = None,
    needs: Needs = lambda _component, _request: (),
) -> Callable[[Method], Method]:
    """Mark a method as the API action `name`.

    `resources` are the ARNs that IAM checks: a template over {account}, {region} and the top-level
    parameters (a missing one reads "*"), or a function of the request. `passes` are the paths of the
    parameters that hold a role for the service, such as "RoleArn" or "ProductionVariants.Role". `keys` are
    the service's condition keys, each with the parameter that holds its value. `needs` says what the caller
    must be allowed in other services too.
    """

    def mark(method: Method) -> Method:
        method.__dict__["aws_action"] = (name, resources, passes, keys or {}, needs)
        return method

    return mark


def actions_of(component: object) -> list[Action]:
    """The actions that the methods of `component` are marked as."""
    found = []
    for attribute in dir(type(component)):
        mark = getattr(getattr(type(component), attribute), "aws_action", None)
        if mark is not None:
            name, resources, passes, keys, needs = mark
            method = getattr(component, attribute)
            found.append(Action(name, resources, passes, method, keys, partial(needs, component)))
    return found


def _fill(template: str, request: Request) -> str:
    values = {name: value for name, value in request.parameters.items() if isinstance(value, str | int)}
    return template.format_map(_Wildcards(values, account=request.account, region=request.region))


class _Wildcards(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "*"


def _member(parameters: Mapping[str, Any], path: str) -> str | None:
    value: Any = parameters
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _role_arn(role: str | None, account: str) -> str | None:
    """Glue takes a role by name too."""
    return role if role is None or role.startswith("arn:") else f"arn:aws:iam::{account}:role/{role}"
