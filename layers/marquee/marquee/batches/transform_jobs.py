"""SageMaker batch transform jobs, one per batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from marquee import clients
from marquee.batches import places
from marquee.events.envelope import field_of
from marquee.names import attempt_name
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
    from datetime import datetime

    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import DescribeTransformJobResponseTypeDef

    from marquee.batches.models import Batch

_CONTENT_TYPE = "application/jsonlines"


def transform_request(stage: str, instance_type: str, batch: Batch) -> dict[str, Any]:
    """Return the CreateTransformJob request of a batch: whole lines, many to a request, answers in order."""
    bucket = batch.upload.bucket
    source = f"s3://{bucket}/{places.work_key(batch.batch_id)}"
    return {
        "TransformJobName": attempt_name(stage, batch.batch_id),
        "ModelName": attempt_name(stage, batch.model_attempt),
        "BatchStrategy": "MultiRecord",
        "MaxPayloadInMB": 6,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}},
            "ContentType": _CONTENT_TYPE,
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://{bucket}/{places.predictions_prefix(batch.batch_id)}",
            "Accept": _CONTENT_TYPE,
            "AssembleWith": "Line",
        },
        "TransformResources": {"InstanceType": instance_type, "InstanceCount": 1},
        "Tags": [
            {"Key": "marquee:stage", "Value": stage},
            {"Key": "marquee:batch_id", "Value": batch.batch_id},
        ],
    }


class TransformBusy(Exception):
    """The account has as many transform instances as it may; try again later."""


class TransformRefused(Exception):
    """SageMaker will not take the request, however often it is asked; says why."""


class TransformJobs:
    """Creates, describes and stops transform jobs."""

    def __init__(self, client: SageMakerClient | None = None) -> None:
        self._client = client or clients.sagemaker()

    def create(self, request: dict[str, Any]) -> None:
        """Create a job; one of that name was made for the same batch and is left alone.

        TransformBusy or TransformRefused if SageMaker does not take it now, or ever.
        """
        try:
            self._client.create_transform_job(**request)
        except ClientError as error:
            if exists_already(error):
                return
            if is_busy(error) or is_throttled(error):
                raise TransformBusy(message_of(error)) from error
            if is_refused(error):
                raise TransformRefused(message_of(error)) from error
            raise

    def get(self, name: str) -> DescribeTransformJobResponseTypeDef | None:
        """Return the job as SageMaker sees it now, or None if there is none."""
        try:
            return self._client.describe_transform_job(TransformJobName=name)
        except ClientError as error:
            if is_missing(error):
                return None
            raise

    def stop(self, name: str) -> None:
        """Ask SageMaker to stop a job; one that ended already, or never was, stays as it is."""
        try:
            self._client.stop_transform_job(TransformJobName=name)
        except ClientError as error:
            if code_of(error) not in ("ValidationException", "ResourceNotFound"):
                raise


def ended_event(job: DescribeTransformJobResponseTypeDef) -> dict[str, Any]:
    """Return the event that SageMaker sends when this job ends, as far as TransformEvent reads it."""
    times = {
        name: int(moment.timestamp() * 1000)
        for name in ("TransformStartTime", "TransformEndTime")
        if (moment := cast("datetime | None", job.get(name)))
    }
    detail = {
        "TransformJobName": job["TransformJobName"],
        "TransformJobStatus": job["TransformJobStatus"],
        "FailureReason": job.get("FailureReason", ""),
        "TransformResources": {"InstanceType": job["TransformResources"]["InstanceType"]},
        **times,
    }
    return {
        "id": f"reconcile-{job['TransformJobName']}",
        "detail-type": "SageMaker Transform Job State Change",
        "detail": detail,
    }


@dataclass(frozen=True)
class TransformEvent:
    """`SageMaker Transform Job State Change`: a job ended; `seconds` is what AWS bills per instance."""

    event_id: str
    job_name: str
    status: str
    failure: str
    instance_type: str
    seconds: float

    @classmethod
    def parse(cls, event: dict[str, Any]) -> TransformEvent:
        """Read the event; UnreadableEvent if it lacks a field."""
        detail = field_of(event, "detail")
        # Milliseconds since the epoch, absent if the job never got an instance.
        started, ended = detail.get("TransformStartTime"), detail.get("TransformEndTime")
        return cls(
            field_of(event, "id"),
            field_of(event, "detail", "TransformJobName"),
            field_of(event, "detail", "TransformJobStatus"),
            detail.get("FailureReason") or "",
            field_of(event, "detail", "TransformResources", "InstanceType"),
            (ended - started) / 1000 if started and ended else 0.0,
        )
