"""SageMaker with AWS's times cut short, as a service of the cloud."""

from localcloud import sagemaker
from localcloud.cloud import Cloud
from localcloud.sagemaker.settings import Settings


def register(cloud: Cloud) -> None:
    """Plug it in."""
    settings = Settings(
        stop_grace=2, startup_timeout=10, invocation_timeout=2, restart_delay=0.3, job_quota=3
    )
    sagemaker.register(cloud, settings)
