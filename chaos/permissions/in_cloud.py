"""Plugs the withholding of permissions into a local cloud (CloudConfig.services); control: `permissions`."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from chaos.permissions.grants import Grant
from chaos.permissions.withholding import Withholding
from localcloud.clients import Clients

if TYPE_CHECKING:
    from localcloud.cloud import Cloud


def register(cloud: "Cloud") -> None:
    """Listen to IAM, stand around every invocation, and obey the control."""
    clients = Clients(cloud.config)

    def put(role: str, policy: str, document: str) -> None:
        iam, name = clients.client("iam"), {"RoleName": role, "PolicyName": policy}
        if document:
            iam.put_role_policy(**name, PolicyDocument=document)
        else:
            with contextlib.suppress(iam.exceptions.NoSuchEntityException):
                iam.delete_role_policy(**name)

    withholding = Withholding(put)
    cloud.stack.on_decision(withholding.heard)
    cloud.stack.around_invocations(withholding.around)
    cloud.controls["permissions"] = lambda body: _obey(withholding, body)
    # PutEvents takes no event of AWS's own; only the cloud itself can say that a service said something.
    cloud.controls["emit"] = lambda event: _emit(cloud, event)


def _emit(cloud: "Cloud", event: object) -> str:
    if not isinstance(event, Mapping):
        raise ValueError("The control `emit` takes source, detail_type and detail.")
    return cloud.stack.emit_event(**event)


def _obey(withholding: Withholding, body: object) -> object:
    """Do what the body's one key says; None asks for all that is known."""
    if body is None:
        return _state(withholding)
    orders: dict[str, Callable[[Any], object]] = {
        "know": lambda grants: withholding.know([Grant(**grant) for grant in grants]),
        "withhold": lambda grants: withholding.withhold([Grant(**grant) for grant in grants], repeat=True),
        "remove": lambda grants: withholding.withhold([Grant(**grant) for grant in grants], repeat=False),
        "give": lambda what: [grant.as_json() for grant in withholding.give(**what)],
        "give_back": lambda _: withholding.give_back(),
        "asked": lambda action: [asdict(one) for one in list(withholding.decisions) if one.action == action],
        "denied": lambda role: [asdict(decision) for decision in withholding.denied(role)],
    }
    if not isinstance(body, Mapping) or len(body) != 1 or not set(body) <= set(orders):
        raise ValueError(f"The control `permissions` takes one of {', '.join(orders)}, not {body!r}.")
    ((order, argument),) = body.items()
    return orders[order](argument)


def _state(withholding: Withholding) -> dict[str, Any]:
    return {
        "denials": [asdict(denial) for denial in withholding.denials],
        "withheld": [grant.as_json() for held in withholding.withheld.values() for grant in held],
        "decisions": [
            {**asdict(decision), "times": times} for decision, times in list(withholding.decisions.items())
        ],
    }
