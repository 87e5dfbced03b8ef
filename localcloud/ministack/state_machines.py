"""Has Step Functions act under the state machine's role, which MiniStack leaves out."""

import asyncio
import contextvars
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from ministack import app
from ministack.core import responses
from ministack.services import stepfunctions
from ministack.services.cloudformation import provisioners

from localcloud.awsjson import Permission, ServiceError
from localcloud.faults.errors import Refusal
from localcloud.ministack.stack import MiniStack
from localcloud.roles import Credentials

FindRefusal = Callable[[str, str], Refusal | None]
"""(role name, action) -> the error that a task's call shall fail with, if any."""
STATES = "states.amazonaws.com"

_acting: contextvars.ContextVar[Credentials | None] = contextvars.ContextVar("acting", default=None)
"""The credentials of the execution that this thread works for."""


class StateMachines:
    """Wraps the tasks of MiniStack's state machines in IAM."""

    def __init__(self, stack: MiniStack, refusal: FindRefusal) -> None:
        self._stack, self._refusal = stack, refusal
        self._assumed: dict[str, Credentials] = {}

    def plug_in(self) -> None:
        """Check every task from now on."""
        stepfunctions._execute_task = self._as_role(stepfunctions._execute_task)
        stepfunctions._invoke_resource = self._checked(stepfunctions._invoke_resource)
        stepfunctions._invoke_with_callback = self._checked(stepfunctions._invoke_with_callback)
        app.call_service_handler_sync = _through_gateway(app.call_service_handler_sync)
        read_definition = provisioners._sfn_definition
        provisioners._sfn_definition = lambda properties: as_json(read_definition(properties))

    def _as_role(self, execute_task: Callable[..., Any]) -> Callable[..., Any]:
        def execute_as_role(state: Any, data: Any, execution: Any, context: Any) -> Any:
            token = _acting.set(self._credentials(execution))
            try:
                return execute_task(state, data, execution, context)
            finally:
                _acting.reset(token)

        return execute_as_role

    def _checked(self, invoke: Callable[..., Any]) -> Callable[..., Any]:
        def invoke_checked(resource: str, data: Any, *more: Any) -> Any:
            self._check(resource, data)
            return invoke(resource, data, *more)

        return invoke_checked

    def _credentials(self, execution: Mapping[str, Any]) -> Credentials:
        role = stepfunctions._state_machines[execution["stateMachineArn"]]["roleArn"]
        try:
            self._stack.require_trust(role, STATES)
        except ServiceError as error:
            raise stepfunctions._ExecutionError("States.TaskFailed", error.message) from error
        if role not in self._assumed:
            self._assumed[role] = self._stack.assume(role, STATES)
        return self._assumed[role]

    def _check(self, resource: str, data: Any) -> None:
        """Ask IAM about an optimised integration; those by SDK pass the gateway, which asks by itself."""
        credentials = _acting.get()
        permission = _permission(resource, data if isinstance(data, dict) else {})
        if credentials is None or permission is None:
            return
        service = resource.removeprefix("arn:aws:states:::").partition(":")[0]
        prefix = {"lambda": "Lambda", "arn": "Lambda"}.get(service, service.upper())
        try:
            self._stack.authorize(_signed_by({}, credentials), [permission])
        except ServiceError as error:
            raise stepfunctions._ExecutionError(f"{prefix}.AccessDeniedException", error.message) from error
        if refusal := self._refusal(self._stack.role_of(credentials.access_key), permission.action):
            code = refusal.code if refusal.code.endswith("Exception") else f"{refusal.code}Exception"
            raise stepfunctions._ExecutionError(f"{prefix}.{code}", refusal.message)


def as_json(definition: str) -> str:
    """A definition as Step Functions keeps it; CloudFormation takes YAML as well."""
    return json.dumps(yaml.safe_load(definition))


def _through_gateway(call_in_process: Callable[..., Any]) -> Callable[..., Any]:
    """Send what a task calls through IAM and the router, as the role; what acts for nobody goes as before."""

    def call(*arguments: Any, timeout: float | None = None) -> Any:
        credentials = _acting.get()
        if credentials is None:
            return call_in_process(*arguments, timeout=timeout)
        _, method, path, headers, body, query = arguments
        raw = body.encode() if isinstance(body, str) else body
        request = (method, path, _signed_by(headers, credentials), raw, query, str(uuid.uuid4()))
        answer = app._dispatch_service_request(*request)
        return asyncio.run_coroutine_threadsafe(answer, app._MAIN_LOOP).result(timeout)

    return call


def _permission(resource: str, data: Mapping[str, Any]) -> Permission | None:
    """What the role needs for an optimised integration; None when the gateway asks."""
    integration = resource.removeprefix("arn:aws:states:::").partition(".")[0]
    if resource.startswith("arn:aws:lambda:"):
        return Permission("lambda:InvokeFunction", resource)
    if integration == "lambda:invoke":
        return Permission("lambda:InvokeFunction", _function_arn(str(data.get("FunctionName", ""))))
    if integration in _OPTIMISED:
        action, member = _OPTIMISED[integration]
        return Permission(action, str(data.get(member) or "*"))
    return None


_OPTIMISED = {
    "sns:publish": ("sns:Publish", "TopicArn"),
    "states:startExecution": ("states:StartExecution", "StateMachineArn"),
}


def _function_arn(name: str) -> str:
    if name.startswith("arn:"):
        return name
    account, region = responses.get_account_id(), responses.get_region()
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def _signed_by(headers: Mapping[str, str], credentials: Credentials) -> dict[str, str]:
    """Headers that name the role as caller; inside the process nobody checks the signature itself."""
    unsigned = f"Credential=/20260101/{responses.get_region()}/states/aws4_request"
    scope = headers.get("authorization", unsigned).partition("Credential=")[2].split("/", 1)[1]
    return {
        **headers,
        "authorization": f"AWS4-HMAC-SHA256 Credential={credentials.access_key}/{scope}",
        "x-amz-security-token": credentials.token,
    }
