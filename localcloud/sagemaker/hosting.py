"""What every container of a model is started with."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud.sagemaker.container_logs import ContainerLogs
from localcloud.sagemaker.settings import Settings

if TYPE_CHECKING:
    from localcloud.cloud import Cloud


@dataclass(frozen=True)
class Hosting:
    """The cloud that containers run in, their times and limits, and where their logs go."""

    cloud: "Cloud"
    settings: Settings
    logs: ContainerLogs
