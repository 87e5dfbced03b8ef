"""Deleting what endpoints are made of: once, and as often as somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from marquee.services.errors import is_missing

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


def delete_endpoint_config(client: SageMakerClient, name: str) -> None:
    """Delete an endpoint config; nothing happens if there is none."""
    try:
        client.delete_endpoint_config(EndpointConfigName=name)
    except ClientError as error:
        if not is_missing(error):
            raise


def delete_model(client: SageMakerClient, name: str) -> None:
    """Delete a model, not its package nor its archive; nothing happens if there is none."""
    try:
        client.delete_model(ModelName=name)
    except ClientError as error:
        if not is_missing(error):
            raise
