"""The seams through which services are plugged into MiniStack."""

import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ministack import app
from ministack.core import iam_evaluator, responses, router
from ministack.services import cloudwatch_logs, eventbridge, iam, stepfunctions, sts
from ministack.services.cloudformation import provisioners

from localcloud.awsjson import Handler, Headers, Permission, ServiceError
from localcloud.config import CloudConfig
from localcloud.roles import Credentials

Properties = Mapping[str, Any]
Create = Callable[[str, Properties, str], tuple[str, Mapping[str, Any]]]
"""(logical id, properties, stack name) -> (physical id, attributes of Fn::GetAtt)"""
Update = Callable[[str, Properties, Properties, str], tuple[str, Mapping[str, Any]]]
"""(physical id, old properties, new properties, stack name) -> (physical id, attributes)"""
Delete = Callable[[str, Properties], None]
"""(physical id, properties)"""


class MiniStack:
    """The AWS emulator in this process, and what can be added to it."""

    def __init__(self, config: CloudConfig) -> None:
        if not app.AUTH:
            raise RuntimeError(
                "MiniStack was imported before its environment was set (see localcloud.ministack)"
            )
        self._config = config

    def add_service(self, name: str, handler: Handler, sdk_prefix: str | None = None) -> None:
        """Let `handler` answer every request that is signed for the service `name`.

        With `sdk_prefix` ("SageMaker" of X-Amz-Target: SageMaker.CreateModel) Step Functions reaches it
        as `arn:aws:states:::aws-sdk:<name>:<action>` too.
        """
        app.SERVICE_HANDLERS[name] = handler
        if sdk_prefix:
            stepfunctions._AWS_SDK_SERVICE_MAP[name] = {"target_prefix": sdk_prefix, "protocol": "json"}

    def service(self, name: str) -> Handler:
        """The handler that answers for a service now."""
        handler: Handler = app.SERVICE_HANDLERS[name]
        return handler

    def add_resource_type(
        self, resource_type: str, create: Create, delete: Delete, update: Update | None = None
    ) -> None:
        """Let CloudFormation make resources of this type; without `update` a change calls `create` again."""
        handlers: dict[str, object] = {"create": create, "delete": delete}
        if update is not None:
            handlers["update"] = update
        provisioners._RESOURCE_HANDLERS[resource_type] = handlers

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

    def assume(self, role_arn: str, service: str) -> Credentials:
        """Credentials of a role that `service` ("glue.amazonaws.com") assumes, if the role trusts it."""
        name = role_arn.rsplit("/", 1)[-1]
        with responses.request_scope(self._config.account, self._config.region):
            role = iam._roles.get(name)
            if role is None or not self._trusts(role["AssumeRolePolicyDocument"], role_arn, service):
                sentence = f"{service} is not authorized to assume the role {role_arn}, or it does not exist."
                raise ServiceError("ValidationException", sentence)
        session = f"{service.partition('.')[0]}-{uuid.uuid4().hex[:12]}"
        credentials = Credentials(f"ASIA{uuid.uuid4().hex[:16].upper()}", uuid.uuid4().hex, uuid.uuid4().hex)
        sts.register_session(
            credentials.access_key,
            {
                "Arn": f"arn:aws:sts::{self._config.account}:assumed-role/{name}/{session}",
                "UserId": f"{role['RoleId']}:{session}",
                "SecretAccessKey": credentials.secret_key,
                "SessionToken": credentials.token,
            },
        )
        return credentials

    def _trusts(self, policy: str | Mapping[str, Any], role_arn: str, service: str) -> bool:
        context = iam_evaluator.EvalContext(
            principal_arn="",
            principal_type="AWSService",
            principal_account=self._config.account,
            action="sts:AssumeRole",
            resource_arn=role_arn,
            region=self._config.region,
        )
        # A trust policy names no resource: it is its role's own.
        document = json.loads(policy) if isinstance(policy, str) else dict(policy)
        statements = document.get("Statement", [])
        statements = [statements] if isinstance(statements, dict) else statements
        document["Statement"] = [{**statement, "Resource": "*"} for statement in statements]
        result = iam_evaluator.evaluate_resource_policy(document, context, service=service)
        return bool(result.decision == "Allow")

    def emit_event(
        self, source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str] = ()
    ) -> str:
        """Put an event of an AWS service on the default bus; gives its id. Callable from any thread."""
        event = {
            "EventId": str(uuid.uuid4()),
            "Source": source,
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
            "EventBusName": "default",
            "Time": int(time.time()),
            "Resources": list(resources),
            "Account": self._config.account,
            "Region": self._config.region,
        }
        with responses.request_scope(self._config.account, self._config.region):
            eventbridge._dispatch_event(event)
            eventbridge._archive_event(event)
        return str(event["EventId"])

    def write_log(self, group: str, stream: str, lines: Iterable[str]) -> None:
        """Append lines to a CloudWatch log stream, making group and stream when they are missing."""
        events = [{"message": line, "timestamp": int(time.time() * 1000)} for line in lines]
        names = {"logGroupName": group, "logStreamName": stream}
        with responses.request_scope(self._config.account, self._config.region):
            cloudwatch_logs._create_log_group(names)
            cloudwatch_logs._create_log_stream(names)
            cloudwatch_logs._put_log_events({**names, "logEvents": events})


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
