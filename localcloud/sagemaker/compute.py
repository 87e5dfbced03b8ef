"""What does the work behind SageMaker's API; whoever wants other work done plugs another Compute in."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from localcloud.processes import Command, Processes
from localcloud.sagemaker import training_process
from localcloud.sagemaker.container_process import Container, Image, Reply
from localcloud.sagemaker.training_process import End, Limits


class RunningContainer(Protocol):
    """One running container; its methods are those of container_process.Container."""

    def wait_ready(self, timeout: float) -> None:
        """Return once /ping answers; StartError after `timeout` seconds or when it has ended."""

    def post(self, body: bytes, headers: Mapping[str, str], timeout: float) -> Reply:
        """One invocation; ContainerUnavailable when it is not there, TimeoutError after `timeout` seconds."""

    def wait(self) -> int:
        """The exit status, once it has ended."""

    def stop(self, grace: float = 2.0) -> None:
        """End it."""


Train = Callable[[Processes, Command, Limits, threading.Event], End]
"""Does a training job's work in the folder SAGEMAKER_BASE_DIR of the command, until it ends or is stopped."""


@dataclass(frozen=True)
class Compute:
    """The training process and the containers."""

    train: Train = training_process.run
    container: Callable[[Processes, Image], RunningContainer] = Container
