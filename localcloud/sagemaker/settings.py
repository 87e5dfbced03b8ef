"""Times, limits and compute of the local SageMaker; the defaults are AWS's, and a test shortens them."""

import os
from dataclasses import dataclass, field

from localcloud.sagemaker.compute import Compute
from localcloud.sagemaker.images import BY_REPOSITORY, Interpreters


@dataclass(frozen=True)
class Settings:
    """Times in seconds."""

    stop_grace: float = 120.0
    """From SIGTERM to SIGKILL of a training job (how-training-works, StopTrainingJob)."""
    startup_timeout: float = 180.0
    """Until a container must answer /ping (serverless-endpoints-create: 3 minutes)."""
    invocation_timeout: float = 60.0
    """Until a model must answer an invocation (InvokeEndpoint)."""
    restart_delay: float = 0.5
    """Before a dead container is started again; doubled for each further death."""
    restart_delay_limit: float = 30.0
    parallel_jobs: int = max(1, (os.cpu_count() or 2) // 2)
    """Jobs of a kind that work at once; a further one waits, as it does on AWS for capacity."""
    job_quota: int = 100
    """Jobs of a kind that may be in progress before ResourceLimitExceeded."""
    metrics_interval: float = 1.0
    """Between two reports of an endpoint's metrics; AWS reports every minute."""
    logs_interval: float = 2.0
    """Between two deliveries of what containers print."""
    instances: int = 2
    """Containers of a variant that run at most; further instances are only counted and shown."""
    interpreters: Interpreters = field(default_factory=lambda: BY_REPOSITORY)
    """What plays which training image."""
    compute: Compute = field(default_factory=Compute)
    """What trains and serves."""
