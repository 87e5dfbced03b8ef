"""The seams through which services are plugged into MiniStack."""

from collections.abc import Callable, Mapping
from typing import Any

from ministack import app
from ministack.core import iam_actions, router
from ministack.services import lambda_svc, stepfunctions
from ministack.services.cloudformation import provisioners, stacks

from localcloud.awsjson import Handler, Headers, Permission, Response, ServiceError
from localcloud.config import CloudConfig
from localcloud.gateway import Application
from localcloud.ministack.events import Events
from localcloud.ministack.permissions import Permissions

Properties = Mapping[str, Any]
Create = Callable[[str, Properties, str], tuple[str, Mapping[str, Any]]]
"""(logical id, properties, stack name) -> (physical id, attributes of Fn::GetAtt)"""
Update = Callable[[str, Properties, Properties, str], tuple[str, Mapping[str, Any]]]
"""(physical id, old properties, new properties, stack name) -> (physical id, attributes)"""
Delete = Callable[[str, Properties], None]
"""(physical id, properties)"""
Invoke = Callable[[Mapping[str, Any], Any, str], dict[str, Any]]
"""(function as MiniStack keeps it, event, request id) -> {"body": value or error document, "error": bool}"""


def application() -> Application:
    """MiniStack's own ASGI application."""
    found: Application = app.app
    return found


class MiniStack(Permissions, Events):
    """The AWS emulator in this process, and what can be added to it."""

    def __init__(self, config: CloudConfig) -> None:
        if not app.AUTH:
            raise RuntimeError(
                "MiniStack was imported before its environment was set (see localcloud.ministack)"
            )
        super().__init__(config)
        self._in_threads: set[str] = set()
        in_thread = stacks._runs_on_worker_thread
        # The others run on the event loop, where a call to the cloud's own API would wait for itself.
        stacks._runs_on_worker_thread = lambda name: name in self._in_threads or in_thread(name)

    def add_service(self, name: str, handler: Handler, sdk_prefix: str | None = None) -> None:
        """Let `handler` answer every request that is signed for the service `name`.

        With `sdk_prefix` ("SageMaker" of X-Amz-Target: SageMaker.CreateModel) Step Functions reaches it
        as `arn:aws:states:::aws-sdk:<name>:<action>` too, and names its errors SageMaker.<code>.
        """
        app.SERVICE_HANDLERS[name] = handler
        # Without an entry the router reads every model that botocore has, for seconds, to know the name.
        router.SERVICE_PATTERNS.setdefault(name, {})
        # A plugged-in service asks IAM itself, for the resources as AWS names them.
        iam_actions.SERVICE_TO_IAM_NAMESPACE.pop(name, None)
        if sdk_prefix:
            stepfunctions._AWS_SDK_SERVICE_MAP[name] = {"target_prefix": sdk_prefix, "protocol": "json"}
            stepfunctions._AWS_SDK_ERROR_PREFIX[name] = sdk_prefix

    def service(self, name: str) -> Handler:
        """The handler of a JSON service of MiniStack's own, for what a plugged-in one leaves to it.

        It asks IAM as MiniStack does before its own services answer.
        """
        handler: Handler = app.SERVICE_HANDLERS[name]

        async def checked(
            method: str, path: str, headers: Headers, body: bytes, query: Mapping[str, list[str]]
        ) -> Response:
            account, region = self.authorize(headers, ())
            call = (name, method, path, headers, body, query, region, account)
            action = headers.get("x-amz-target", "").rpartition(".")[2]
            permission = Permission(f"{name}:{action}", iam_actions.extract_resource_arn(*call))
            try:
                self.authorize(headers, [permission])
            except ServiceError as error:
                return error.response()
            return await handler(method, path, headers, body, query)

        return checked

    def around_invocations(self, wrap: Callable[[Invoke], Invoke]) -> None:
        """Let what `wrap` gives run every invocation of a function; it may run the one it got, or not."""
        lambda_svc._execute_function_warm = wrap(lambda_svc._execute_function_warm)

    def add_resource_type(
        self, resource_type: str, create: Create, delete: Delete, update: Update | None = None
    ) -> None:
        """Let CloudFormation make resources of this type; without `update` a change calls `create` again."""
        handlers: dict[str, object] = {"create": create, "delete": delete}
        if update is not None:
            handlers["update"] = update
        provisioners._RESOURCE_HANDLERS[resource_type] = handlers
        self._in_threads.add(resource_type)

    def complete_resource_type(self, resource_type: str, complete: Delete) -> None:
        """Call `complete` with physical id and properties after a resource was made or changed."""
        handlers = provisioners._RESOURCE_HANDLERS[resource_type]
        create, update = handlers["create"], handlers["update"]

        def create_completely(logical_id: str, properties: Properties, *more: Any) -> Any:
            made = create(logical_id, properties, *more)
            complete(made[0], properties)
            return made

        def update_completely(physical_id: str, old: Properties, new: Properties, *more: Any) -> Any:
            made = update(physical_id, old, new, *more)
            complete(made[0], new)
            return made

        handlers.update(create=create_completely, update=update_completely)
        self._in_threads.add(resource_type)
