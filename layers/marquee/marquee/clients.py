"""The boto3 clients, made when first asked for: an import of boto3 costs 0.3 s of INIT time."""

# ruff: noqa: PLC0415 - imported on first use, for INIT time is billed

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_application_autoscaling import ApplicationAutoScalingClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_stepfunctions import SFNClient

# A real-time endpoint may take 60 s to answer (SageMaker InvokeEndpoint, "Quotas").
_INVOKE_SECONDS = 65
# Two such waits fit into verify_endpoint's three minutes; five would be cut off without a word.
_INVOKE_ATTEMPTS = 2
_CONNECT_SECONDS = 3
_READ_SECONDS = 20
_ATTEMPTS = 5
# A claim to send a notice lasts 30 s (notices/notify.py): all tries together must be over before.
_PUBLISH_SECONDS = 4
_PUBLISH_ATTEMPTS = 3


def dynamodb() -> DynamoDBClient:
    """Return the client of the ledger's service."""
    return _client("dynamodb")  # type: ignore[no-any-return]


def s3() -> S3Client:
    """Return the client of the object store."""
    return _client("s3")  # type: ignore[no-any-return]


def sns() -> SNSClient:
    """Return the client that publishes notices."""
    return _client("sns", _PUBLISH_SECONDS, _PUBLISH_ATTEMPTS)  # type: ignore[no-any-return]


def glue() -> GlueClient:
    """Return the client of Glue jobs and crawlers."""
    return _client("glue")  # type: ignore[no-any-return]


def glue_once() -> GlueClient:
    """Return a client of Glue that asks once: StartJobRun has no token, and asked twice starts two runs."""
    return _client("glue", _READ_SECONDS, 1)  # type: ignore[no-any-return]


def sagemaker() -> SageMakerClient:
    """Return the client of SageMaker's control plane."""
    return _client("sagemaker")  # type: ignore[no-any-return]


def sagemaker_runtime() -> SageMakerRuntimeClient:
    """Return the client that invokes endpoints."""
    return _client("sagemaker-runtime", _INVOKE_SECONDS, _INVOKE_ATTEMPTS)  # type: ignore[no-any-return]


def autoscaling() -> ApplicationAutoScalingClient:
    """Return the client that scales real-time endpoints."""
    return _client("application-autoscaling")  # type: ignore[no-any-return]


def cloudwatch() -> CloudWatchClient:
    """Return the client of metrics."""
    return _client("cloudwatch")  # type: ignore[no-any-return]


def stepfunctions() -> SFNClient:
    """Return the client of the state machines."""
    return _client("stepfunctions")  # type: ignore[no-any-return]


def functions() -> LambdaClient:
    """Return the client that invokes functions."""
    return _client("lambda")  # type: ignore[no-any-return]


@cache
def _client(service: str, read_seconds: int = _READ_SECONDS, attempts: int = _ATTEMPTS) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def forget() -> None:
    """Drop every client, so that the next one is made for the present credentials and region."""
    _client.cache_clear()
