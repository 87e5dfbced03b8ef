"""The seams through which services are plugged into MiniStack."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ministack import app
from ministack.services import cloudwatch_logs, stepfunctions
from ministack.services.cloudformation import provisioners

from localcloud.awsjson import Handler
from localcloud.config import CloudConfig
from localcloud.ministack.events import Events
from localcloud.ministack.permissions import Permissions

Properties = Mapping[str, Any]
Create = Callable[[str, Properties, str], tuple[str, Mapping[str, Any]]]
"""(logical id, properties, stack name) -> (physical id, attributes of Fn::GetAtt)"""
Update = Callable[[str, Properties, Properties, str], tuple[str, Mapping[str, Any]]]
"""(physical id, old properties, new properties, stack name) -> (physical id, attributes)"""
Delete = Callable[[str, Properties], None]
"""(physical id, properties)"""


class MiniStack(Permissions, Events):
    """The AWS emulator in this process, and what can be added to it."""

    def __init__(self, config: CloudConfig) -> None:
        if not app.AUTH:
            raise RuntimeError(
                "MiniStack was imported before its environment was set (see localcloud.ministack)"
            )
        super().__init__(config)

    def add_service(self, name: str, handler: Handler, sdk_prefix: str | None = None) -> None:
        """Let `handler` answer every request that is signed for the service `name`.

        With `sdk_prefix` ("SageMaker" of X-Amz-Target: SageMaker.CreateModel) Step Functions reaches it
        as `arn:aws:states:::aws-sdk:<name>:<action>` too, and names its errors SageMaker.<code>.
        """
        app.SERVICE_HANDLERS[name] = handler
        if sdk_prefix:
            stepfunctions._AWS_SDK_SERVICE_MAP[name] = {"target_prefix": sdk_prefix, "protocol": "json"}
            stepfunctions._AWS_SDK_ERROR_PREFIX[name] = sdk_prefix

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

    def write_log(self, group: str, stream: str, lines: Iterable[str]) -> None:
        """Append lines to a CloudWatch log stream, making group and stream when they are missing."""
        events = [{"message": line, "timestamp": int(time.time() * 1000)} for line in lines]
        names = {"logGroupName": group, "logStreamName": stream}
        with self.scope():
            cloudwatch_logs._create_log_group(names)
            cloudwatch_logs._create_log_stream(names)
            cloudwatch_logs._put_log_events({**names, "logEvents": events})
