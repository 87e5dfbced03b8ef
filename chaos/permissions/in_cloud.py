"""Plugs the withholding of permissions into a local cloud (CloudConfig.services), under the control `permissions`."""

import contextlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from chaos.permissions.grants import Grant
from chaos.permissions.withholding import Withholding
from localcloud.clients import Clients

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

NOT_BY_FUNCTIONS = ("sqs:SendMessage",)
"""Lambda itself asks for it under a function's role, after the last try of an event: no invocation does."""


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


def _obey(withholding: Withholding, body: object) -> object:
    if isinstance(body, Mapping) and "withhold" in body:
        grants = [Grant(**grant) for grant in body["withhold"]]
        withholding.withhold(grants, but=lambda grant: grant.action in NOT_BY_FUNCTIONS)
    elif isinstance(body, Mapping) and "give_back" in body:
        withholding.give_back()
    elif body is not None:
        raise ValueError(f"The control `permissions` takes withhold or give_back, not {body!r}.")
    return _state(withholding)


def _state(withholding: Withholding) -> dict[str, Any]:
    return {
        "denials": [asdict(denial) for denial in withholding.denials],
        "withheld": [grant.as_json() for held in withholding.withheld.values() for grant in held],
        "decisions": [
            {**asdict(decision), "times": times} for decision, times in list(withholding.decisions.items())
        ],
    }
