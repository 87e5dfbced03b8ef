"""Plugs SageMaker in: a training job fetches its code first, as the framework's container does."""

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from chaos.compute import sagemaker, training
from localcloud.processes import Command, Processes
from localcloud.sagemaker.training_process import End, Limits

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

_PROBE = "probe-"
"""How the names of the jobs begin that fetch it: in others it would prove nothing more."""


def register(cloud: "Cloud") -> None:
    """As chaos.compute.sagemaker does."""
    sagemaker.register(cloud, train)


def train(processes: Processes, command: Command, limits: Limits, stop: threading.Event) -> End:
    """Train as chaos.compute.training does, once the code is there."""
    if command.environment["TRAINING_JOB_NAME"].startswith(_PROBE):
        base = Path(command.environment["SAGEMAKER_BASE_DIR"])
        try:
            _fetch_code(base, command)
        except ClientError as error:
            (base / "output/failure").write_text(str(error))
            return End(1)
    return training.train(processes, command, limits, stop)


def _fetch_code(base: Path, command: Command) -> None:
    """Get sagemaker_submit_directory under the job's role (SageMaker training toolkit, "Training script")."""
    given = json.loads((base / "input/config/hyperparameters.json").read_text())
    bucket, _, key = given["sagemaker_submit_directory"].removeprefix("s3://").partition("/")
    environment = command.environment
    session = boto3.Session(
        environment["AWS_ACCESS_KEY_ID"],
        environment["AWS_SECRET_ACCESS_KEY"],
        environment["AWS_SESSION_TOKEN"],
        environment["AWS_REGION"],
    )
    session.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
