"""Plugs SageMaker in, with jobs and containers that need no process."""

from typing import TYPE_CHECKING

from chaos.compute.container import FastContainer
from chaos.compute.training import train
from localcloud import sagemaker
from localcloud.sagemaker.compute import Compute, Train
from localcloud.sagemaker.settings import Settings

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

_PARALLEL_JOBS = 8


def register(cloud: "Cloud", work: Train = train) -> None:
    """As localcloud.sagemaker does; `work` trains a model."""
    compute = Compute(train=work, container=FastContainer)
    sagemaker.register(cloud, Settings(parallel_jobs=_PARALLEL_JOBS, restart_delay=0.1, compute=compute))
