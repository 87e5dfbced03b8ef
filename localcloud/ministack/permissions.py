"""Asks MiniStack's IAM: who calls, may it, and which service may assume which role."""

import json
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ministack import app
from ministack.core import iam_evaluator, responses, router
from ministack.services import iam, sts

from localcloud.awsjson import Headers, Permission, ServiceError
from localcloud.config import CloudConfig
from localcloud.ministack.scope import Scoped
from localcloud.roles import Credentials


@dataclass(frozen=True)
class Decision:
    """What IAM answered to one question about a role."""

    role: str
    action: str
    resource: str
    allowed: bool


class Permissions(Scoped):
    """What IAM allows."""

    def __init__(self, config: CloudConfig) -> None:
        super().__init__(config)
        self._roles: dict[str, str] = {}
        self._registering = threading.Lock()
        # No request leaves this machine: where a policy demands TLS, loopback is as good.
        app.pin_request_origin = lambda address, _: iam_evaluator.pin_request_origin(address, True)

    def authorize(self, headers: Headers, permissions: Iterable[Permission]) -> tuple[str, str]:
        """Ask IAM about the caller of a request; gives its account and region.

        Raises ServiceError as AWS words it unless the caller holds every permission.
        """
        key = router.extract_access_key_id(headers)
        region = router.extract_region(headers)
        for permission in permissions:
            denied = iam_evaluator.enforce(
                key,
                permission.action,
                permission.action.partition(":")[0],
                region,
                resource_arn=permission.resource,
                service_context=dict(permission.context),
            )
            if denied:
                raise _denial(denied, permission)
        return responses.get_account_id(), region

    def on_decision(self, listen: Callable[[Decision], None]) -> None:
        """Tell `listen` every decision about a role, MiniStack's own services' and the plugged-in ones'.

        It is called in the thread that asks, and must return at once.
        """
        enforce = iam_evaluator.enforce

        def enforce_aloud(key: str, action: str, service: str, region: str, *more: Any, **named: Any) -> Any:
            denied = enforce(key, action, service, region, *more, **named)
            role = self.role_of(key)
            if role not in ("", "root"):
                resource = more[0] if more else named.get("resource_arn", "*")
                listen(Decision(role, action, resource, denied is None))
            return denied

        iam_evaluator.enforce = enforce_aloud

    def assume(self, role_arn: str, service: str, session: str = "") -> Credentials:
        """Credentials of a role that `service` ("glue.amazonaws.com") assumes, if the role trusts it."""
        role = self.require_trust(role_arn, service)
        session = session or f"{service.partition('.')[0]}-{uuid.uuid4().hex[:12]}"
        credentials = Credentials(f"ASIA{uuid.uuid4().hex[:16].upper()}", uuid.uuid4().hex, uuid.uuid4().hex)
        held = {
            "Arn": f"arn:aws:sts::{self._config.account}:assumed-role/{role['RoleName']}/{session}",
            "UserId": f"{role['RoleId']}:{session}",
            "SecretAccessKey": credentials.secret_key,
            "SessionToken": credentials.token,
        }
        # It looks through all sessions for old ones, and fails if another thread adds one meanwhile.
        with self._registering:
            sts.register_session(credentials.access_key, held)
        self._roles[credentials.access_key] = role["RoleName"]
        return credentials

    def role_of(self, access_key: str) -> str:
        """Name of the role that an access key acts as; "root" for the account's own, "" for a stranger's."""
        return "root" if access_key == self._config.access_key else self._roles.get(access_key, "")

    def require_trust(self, role_arn: str, service: str) -> Mapping[str, Any]:
        """The role as IAM holds it; ServiceError unless it exists and lets `service` assume it."""
        with self.scope():
            role: Mapping[str, Any] | None = iam._roles.get(role_arn.rsplit("/", 1)[-1])
        statements = role and json.loads(_text(role["AssumeRolePolicyDocument"])).get("Statement", [])
        # A trust policy names no resource: it is its role's own.
        policy = {"Statement": [{**statement, "Resource": "*"} for statement in _listed(statements)]}
        if role is None or not self.service_may(service, Permission("sts:AssumeRole", role_arn), policy):
            sentence = f"{service} is not authorized to assume the role {role_arn}, or it does not exist."
            raise ServiceError("AccessDeniedException", sentence)
        return role

    def service_may(self, service: str, permission: Permission, policy: Mapping[str, Any] | str) -> bool:
        """Whether a resource's policy lets an AWS service ("events.amazonaws.com") do something to it."""
        context = iam_evaluator.EvalContext(
            principal_arn="",
            principal_type="AWSService",
            principal_account=self._config.account,
            action=permission.action,
            resource_arn=permission.resource,
            region=self._config.region,
            secure_transport=True,
            service_context={key.lower(): value for key, value in permission.context.items()},
        )
        result = iam_evaluator.evaluate_resource_policy(policy, context, service=service)
        return bool(result.decision == "Allow")


def _text(document: object) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _listed(statements: Any) -> list[dict[str, Any]]:
    return [statements] if isinstance(statements, dict) else list(statements or [])


def _denial(denied: Any, permission: Permission) -> ServiceError:
    if isinstance(denied, iam_evaluator.AuthError):
        return ServiceError(denied.code, denied.message, 400)
    reason = (
        "with an explicit deny in an identity-based policy"
        if denied.decision == "Deny"
        else f"because no identity-based policy allows the {permission.action} action"
    )
    return ServiceError(
        "AccessDeniedException",
        f"User: {denied.principal_arn} is not authorized to perform: {permission.action} "
        f"on resource: {permission.resource} {reason}",
    )
