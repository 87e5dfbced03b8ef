"""SageMaker batch transform jobs, one per batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from marquee import clients
from marquee.batches import places
from marquee.events.envelope import field_of
from marquee.names import attempt_name
from marquee.services.errors import exists_already

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

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


class TransformJobs:
    """Creates transform jobs."""

    def __init__(self, client: SageMakerClient | None = None) -> None:
        self._client = client or clients.sagemaker()

    def create(self, request: dict[str, Any]) -> None:
        """Create a job; one of that name was made for the same batch and is left alone."""
        try:
            self._client.create_transform_job(**request)
        except ClientError as error:
            if not exists_already(error):
                raise


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
