"""SageMaker training jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from marquee import clients
from marquee.services.errors import (
    code_of,
    exists_already,
    is_busy,
    is_missing,
    is_refused,
    is_throttled,
    message_of,
)

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import DescribeTrainingJobResponseTypeDef


class TrainingBusy(Exception):
    """The account has as many training instances as it may, or is throttled; try again later."""


class TrainingRefused(Exception):
    """SageMaker will not take the request, however often it is asked; says why."""


@dataclass(frozen=True)
class TrainingJob:
    """One training job; `billable_seconds` are what AWS charges for, also on spot."""

    name: str
    status: str
    secondary_status: str
    failure: str
    instance_type: str
    instance_count: int
    seconds: int
    billable_seconds: int


class TrainingJobs:
    """Creates, describes and stops training jobs."""

    def __init__(self, client: SageMakerClient | None = None) -> None:
        self._client = client or clients.sagemaker()

    @property
    def region(self) -> str:
        """The region jobs run in."""
        return self._client.meta.region_name

    def create(self, request: dict[str, Any]) -> bool:
        """Create a job; False if one of that name was made before. TrainingBusy or TrainingRefused if not."""
        try:
            self._client.create_training_job(**request)
        except ClientError as error:
            if exists_already(error):
                return False
            raise _refusal(error) or error from error
        return True

    def get(self, name: str) -> TrainingJob | None:
        """Return the job as SageMaker sees it now, or None if there is none."""
        try:
            return _job(self._client.describe_training_job(TrainingJobName=name))
        except ClientError as error:
            if is_missing(error):
                return None
            raise

    def stop(self, name: str) -> None:
        """Ask SageMaker to stop a job; one that ended already stays as it is."""
        try:
            self._client.stop_training_job(TrainingJobName=name)
        except ClientError as error:
            if code_of(error) not in ("ValidationException", "ResourceNotFound"):
                raise


def _refusal(error: ClientError) -> TrainingBusy | TrainingRefused | None:
    if is_busy(error) or is_throttled(error):
        return TrainingBusy(message_of(error))
    return TrainingRefused(message_of(error)) if is_refused(error) else None


def _job(job: DescribeTrainingJobResponseTypeDef) -> TrainingJob:
    seconds = job.get("TrainingTimeInSeconds", 0)
    return TrainingJob(
        job["TrainingJobName"],
        job["TrainingJobStatus"],
        job.get("SecondaryStatus", ""),
        job.get("FailureReason", ""),
        job["ResourceConfig"].get("InstanceType", ""),
        job["ResourceConfig"].get("InstanceCount", 1),
        seconds,
        job.get("BillableTimeInSeconds", seconds),
    )
