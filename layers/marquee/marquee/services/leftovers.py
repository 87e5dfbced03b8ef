"""What exists in SageMaker under a stage's names, to be held against the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marquee import clients
from marquee.services.deletions import delete_endpoint_config, delete_model

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mypy_boto3_sagemaker import SageMakerClient

# Looked at in one sweep, oldest first; what is deleted or stopped makes room for the rest.
_MOST = 1_000


class Leftovers:
    """Lists and removes what is named after attempts."""

    def __init__(self, prefix: str, client: SageMakerClient | None = None) -> None:
        self._prefix = prefix
        self._client = client or clients.sagemaker()

    def training_jobs(self, before: datetime) -> Iterator[str]:
        """Yield the names of training jobs at work that were created before a moment."""
        return self._names("list_training_jobs", "TrainingJob", before, StatusEquals="InProgress")

    def transform_jobs(self, before: datetime) -> Iterator[str]:
        """Yield the names of transform jobs at work that were created before a moment."""
        return self._names("list_transform_jobs", "TransformJob", before, StatusEquals="InProgress")

    def endpoint_configs(self, before: datetime) -> Iterator[str]:
        """Yield the names of endpoint configs that were created before a moment."""
        return self._names("list_endpoint_configs", "EndpointConfig", before)

    def models(self, before: datetime) -> Iterator[str]:
        """Yield the names of models that were created before a moment."""
        return self._names("list_models", "Model", before)

    def delete_endpoint_config(self, name: str) -> None:
        """Delete an endpoint config; nothing happens if there is none."""
        delete_endpoint_config(self._client, name)

    def delete_model(self, name: str) -> None:
        """Delete a model, not its archive; nothing happens if there is none."""
        delete_model(self._client, name)

    def _names(self, operation: str, kind: str, before: datetime, **filters: Any) -> Iterator[str]:
        paginator: Any = self._client.get_paginator(operation)  # type: ignore[call-overload]
        pages = paginator.paginate(
            NameContains=self._prefix,
            CreationTimeBefore=before,
            SortBy="CreationTime",
            SortOrder="Ascending",
            PaginationConfig={"MaxItems": _MOST, "PageSize": 100},
            **filters,
        )
        for page in pages:
            summaries = next(value for key, value in page.items() if isinstance(value, list))
            yield from (summary[f"{kind}Name"] for summary in summaries)
