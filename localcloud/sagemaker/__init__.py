"""SageMaker: training jobs, models, registry, endpoints and batch transform, each doing its real work.

Read along the data: training_jobs -> training_run -> training_workspace, training_process; models,
model_packages; endpoint_configs; endpoints -> deployments -> fleet -> supervision ->
container_process -> container (the process itself); invocations; transform_jobs -> transform_run.
"""

import shutil
from functools import partial
from typing import TYPE_CHECKING

from localcloud import autoscaling
from localcloud.awsjson import JsonService
from localcloud.clients import Clients
from localcloud.sagemaker.container_logs import ContainerLogs
from localcloud.sagemaker.deployments import Deployments
from localcloud.sagemaker.endpoint_configs import EndpointConfigs
from localcloud.sagemaker.endpoints import Endpoints
from localcloud.sagemaker.events import Events
from localcloud.sagemaker.hosting import Hosting
from localcloud.sagemaker.invocations import Invocations
from localcloud.sagemaker.metrics import Meter
from localcloud.sagemaker.metrics_sink import MetricsSink
from localcloud.sagemaker.model_package_groups import ModelPackageGroups
from localcloud.sagemaker.model_packages import ModelPackages
from localcloud.sagemaker.models import Models
from localcloud.sagemaker.settings import Settings
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.sagemaker.training_jobs import TrainingJobs
from localcloud.sagemaker.training_run import TrainingRun
from localcloud.sagemaker.transform_jobs import TransformJobs
from localcloud.sagemaker.transform_run import TransformRun

if TYPE_CHECKING:
    from localcloud.cloud import Cloud


def register(cloud: "Cloud", settings: Settings | None = None) -> None:
    """Plug SageMaker into the cloud."""
    settings = settings or Settings()
    # What an earlier cloud left when it was killed; nothing of it is known any more.
    shutil.rmtree(cloud.config.state / "sagemaker", ignore_errors=True)
    store = TaggedStore()
    events = Events(cloud.stack.emit_event, store.tags)
    packages = ModelPackages(store)
    models = Models(store, packages, cloud.roles.session)
    configs = EndpointConfigs(store, models)
    logs = ContainerLogs(cloud, settings.logs_interval)
    hosting = Hosting(cloud, settings, logs)
    deployments = Deployments(hosting, store, events)
    clients = Clients(cloud.config)
    meter = Meter(MetricsSink(cloud, clients).put, settings.metrics_interval)
    invocations = Invocations(cloud.stack.authorize, deployments, meter)
    service = JsonService("sagemaker", cloud.stack.authorize, invocations.handle, tag_action="AddTags")
    for component in (
        store.tags,
        ModelPackageGroups(store),
        packages,
        models,
        configs,
        Endpoints(store, configs, deployments, autoscaling.plug_in(cloud, clients)),
        TrainingJobs(store, events, settings, partial(TrainingRun, cloud, settings)),
        TransformJobs(store, events, settings, models, partial(TransformRun, hosting)),
    ):
        service.add(component)
    cloud.stack.add_service("sagemaker", service.handle, sdk_prefix="SageMaker")
    cloud.on_stop(invocations.close)
    cloud.on_stop(meter.close)
    cloud.on_stop(logs.close)
    cloud.on_stop(deployments.close)
