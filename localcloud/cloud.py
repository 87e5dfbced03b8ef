"""What the cloud offers to a service that is plugged into it.

A service is a package with a function `register(cloud: Cloud) -> None`; localcloud.server calls
`localcloud.glue.register` and then `localcloud.sagemaker.register` before the gateway opens. There a
service

- adds its API:            cloud.stack.add_service("sagemaker", handler), where handler is usually the
                           `handle` of a JsonService (localcloud.awsjson). It receives *every* request
                           signed for that service, so also POST /endpoints/<name>/invocations.
                           cloud.stack.service("glue") is the handler there was before.
- asks IAM:                JsonService does it by itself; elsewhere cloud.stack.authorize(headers,
                           [Permission("sagemaker:InvokeEndpoint", arn)]), which raises ServiceError.
- emits events:            cloud.stack.emit_event("aws.glue", "Glue Job State Change", detail, resources)
                           from any thread.
- adds resource types:     cloud.stack.add_resource_type("AWS::SageMaker::Model", create, delete)
- starts processes:        cloud.processes.spawn(...); they end with the cloud, whatever ends it.
- acts as a role:          cloud.roles.session(role_arn, "sagemaker.amazonaws.com") for boto3,
                           cloud.roles.environment(...) for a process; localcloud.objects stages S3 with it.
- writes logs:             localcloud.logs.send(session, group, stream, lines), under the role of the session.
- keeps files:             under cloud.config.state / "<service>", nowhere else.
- goes wrong on purpose:   cloud.faults.silently_rolls_back(endpoint); all else strikes from outside.
- starts functions otherwise: cloud.launcher.launch = another localcloud.functions.environment.launch.
- is asked by tests:       cloud.controls["decisions"] = control (localcloud.gateway), LocalCloud.control.
- stops by itself:         cloud.on_stop(callback), called before the processes are ended.

An event or a handler may come from any thread; the account and region of a request are in
Request.account and Request.region.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localcloud.config import CloudConfig
from localcloud.faults.harness import Faults
from localcloud.functions.environment import Launcher
from localcloud.gateway import Control
from localcloud.processes import Processes
from localcloud.roles import Roles

if TYPE_CHECKING:
    # Importing MiniStack takes seconds and settles its settings: that is for the server alone.
    from localcloud.ministack.stack import MiniStack


@dataclass(frozen=True)
class Cloud:
    """One running local cloud."""

    config: CloudConfig
    stack: "MiniStack"
    processes: Processes
    roles: Roles
    faults: Faults
    launcher: Launcher
    controls: dict[str, Control] = field(default_factory=dict)
    stop_callbacks: list[Callable[[], None]] = field(default_factory=list)

    def on_stop(self, callback: Callable[[], None]) -> None:
        """Have `callback` called when the cloud stops, before its processes are ended."""
        self.stop_callbacks.append(callback)
