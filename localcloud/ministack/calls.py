"""Hands every request to an AWS API to whoever wants to see it before it is answered."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ministack import app
from ministack.core import iam_actions, router

from localcloud.awsjson import Response
from localcloud.faults.calls import ApiCall, Refuse, Serve
from localcloud.faults.errors import Refusal
from localcloud.faults.notices import notice_of
from localcloud.ministack.permissions import Permissions

_FIRST = "attempt=1"
Intercept = Callable[[ApiCall, Refuse, Serve], Awaitable[Response]]


def plug_in(permissions: Permissions, intercept: Intercept) -> None:
    """Let `intercept` see every request, from outside and of state machines by SDK, before IAM does."""
    dispatch = app._dispatch_service_request

    async def dispatch_intercepted(*arguments: Any) -> Any:
        *request, request_id = arguments
        method, path, headers, _, query = request
        service = router.detect_service(method, path, headers, _routing(*request))
        key = router.extract_access_key_id(headers, query)

        def refuse(refusal: Refusal) -> Response:
            worded = {"error_code": refusal.code, "message": refusal.message, "headers": headers}
            answer = iam_actions.access_denied_response(service, "", "", request_id, **worded)
            return refusal.status, {**answer[1], "x-amzn-requestid": request_id}, answer[2]

        sdk_id = headers.get("amz-sdk-invocation-id", "")
        retry = headers.get("amz-sdk-request", _FIRST).partition(";")[0] != _FIRST
        action = _action(service, *request)
        about = notice_of(request[3]) if action == "sns:Publish" else ""
        call = ApiCall(permissions.role_of(key), action, key, sdk_id, retry, about)
        return await intercept(call, refuse, lambda: dispatch(*arguments))

    app._dispatch_service_request = dispatch_intercepted


def _routing(*request: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = app._routing_params(*request)
    return found


def _action(service: str, *request: Any) -> str:
    """The action as IAM names it; services that are plugged in have no entry in MiniStack's table."""
    method, path, headers, body, _ = request
    named = iam_actions.extract_iam_action(service, method, path, headers, body, _routing(*request))
    if named:
        return str(named)
    if service == "sagemaker" and path.endswith("/invocations"):
        return "sagemaker:InvokeEndpoint"
    return f"{service}:{headers.get('x-amz-target', '').rpartition('.')[2] or method}"
