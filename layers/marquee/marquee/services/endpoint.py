"""The endpoint: what it runs, what it should run, and what it answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from marquee import clients
from marquee.services.deletions import delete_endpoint_config
from marquee.services.errors import code_of, exists_already, is_busy, is_missing, message_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

# EndpointStatus of DescribeEndpoint (SageMaker API reference) while it can neither be updated nor deleted.
_CHANGING = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")


# InService says that SageMaker is done; the first requests may still meet a container that starts, and a
# serverless one does so anew. Past this many seconds it is no start any more.
MAY_START_SECONDS = 600
# Of InvokeEndpoint (SageMaker runtime API reference), while a container is coming up or has no room.
_STARTING = ("ModelNotReadyException", "ServiceUnavailable", "InternalFailure", "ThrottlingException")
# OriginalStatusCode of a ModelError where nobody in the container answered.
_NOBODY_ANSWERED = (0, 502, 503, 504)


class EndpointUnreachable(Exception):
    """The endpoint did not answer a request, or not with predictions; says what it said.

    `starting`: it may yet, for what was asked is only coming up.
    """

    def __init__(self, message: str, starting: bool = False) -> None:
        super().__init__(message)
        self.starting = starting


class EndpointBusy(Exception):
    """A later call may be taken: another change is under way, or there is no room for more instances."""


@dataclass(frozen=True)
class EndpointState:
    """What DescribeEndpoint says: `config` is the one that is running, not the one that was asked for.

    `age`: seconds since SageMaker last changed it; `weights`: each variant's part of the traffic;
    `instances`: how many each variant is to have, of those that have any.
    """

    status: str
    config: str
    pending_config: str = ""
    failure: str = ""
    age: float = 0.0
    weights: dict[str, float] = field(default_factory=dict)
    instances: dict[str, int] = field(default_factory=dict)

    @property
    def changing(self) -> bool:
        """Whether SageMaker is still at work on it."""
        return self.status in _CHANGING


class Endpoint:
    """One endpoint by its name."""

    def __init__(
        self,
        name: str,
        client: SageMakerClient | None = None,
        runtime: SageMakerRuntimeClient | None = None,
        variant: str = "",
    ) -> None:
        self.name = name
        self._client = client or clients.sagemaker()
        self._runtime = runtime
        self._target = {"TargetVariant": variant} if variant else {}

    def state(self) -> EndpointState | None:
        """Return the endpoint as SageMaker sees it now, or None if there is none."""
        try:
            answer = self._client.describe_endpoint(EndpointName=self.name)
        except ClientError as error:
            if is_missing(error):
                return None
            raise
        pending = answer.get("PendingDeploymentSummary", {}).get("EndpointConfigName", "")
        running = answer.get("EndpointConfigName", "")
        age = (datetime.now(UTC) - answer["LastModifiedTime"]).total_seconds()
        failure = answer.get("FailureReason", "")
        variants = answer.get("ProductionVariants", [])
        weights = {v["VariantName"]: v.get("CurrentWeight", 1.0) for v in variants}
        instances = {
            v["VariantName"]: v["DesiredInstanceCount"] for v in variants if "DesiredInstanceCount" in v
        }
        return EndpointState(answer["EndpointStatus"], running, pending, failure, age, weights, instances)

    def create_config(self, request: dict[str, Any]) -> None:
        """Make an endpoint config; one of that name is left alone."""
        try:
            self._client.create_endpoint_config(**request)
        except ClientError as error:
            if not exists_already(error):
                raise

    def create(self, config: str, tags: Sequence[Mapping[str, str]]) -> None:
        """Make the endpoint; one of that name is left alone. EndpointBusy if there is no room now."""
        try:
            self._client.create_endpoint(EndpointName=self.name, EndpointConfigName=config, Tags=tags)  # type: ignore[arg-type]
        except ClientError as error:
            if not exists_already(error):
                raise _busy(error) or error from error

    def update(self, config: str, how: Mapping[str, Any]) -> None:
        """Ask for another config (`how`: of UpdateEndpoint); the old one answers until it is ready.

        EndpointBusy if there is no room for a second fleet now, or another change has begun meanwhile.
        """
        try:
            self._client.update_endpoint(EndpointName=self.name, EndpointConfigName=config, **how)
        except ClientError as error:
            raise _busy(error) or error from error

    def weigh(self, weights: Mapping[str, float]) -> None:
        """Give the variants other parts of the traffic; EndpointBusy if another change has begun."""
        try:
            self._client.update_endpoint_weights_and_capacities(
                EndpointName=self.name,
                DesiredWeightsAndCapacities=[
                    {"VariantName": name, "DesiredWeight": weight} for name, weight in weights.items()
                ],
            )
        except ClientError as error:
            raise _busy(error) or error from error

    def variant(self, name: str) -> Endpoint:
        """Return this endpoint, asking one of its variants only."""
        return Endpoint(self.name, self._client, self._runtime, name)

    def delete_config(self, config: str) -> None:
        """Delete an endpoint config; nothing happens if there is none."""
        delete_endpoint_config(self._client, config)

    def delete(self) -> None:
        """Remove the endpoint; nothing happens if there is none. EndpointBusy if a change began."""
        try:
            self._client.delete_endpoint(EndpointName=self.name)
        except ClientError as error:
            if not is_missing(error):
                raise _busy(error) or error from error

    def ask(self, reviews: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """Return the answer to reviews of `id` and `text`; EndpointUnreachable if there is none."""
        runtime = self._runtime or clients.sagemaker_runtime()
        body = json.dumps({"reviews": list(reviews)})
        try:
            answer = runtime.invoke_endpoint(
                EndpointName=self.name,
                ContentType="application/json",
                Accept="application/json",
                Body=body,
                **self._target,
            )
            content: dict[str, Any] = json.loads(answer["Body"].read())
        except (ClientError, BotoCoreError, ValueError) as error:
            if isinstance(error, ClientError) and code_of(error).startswith("AccessDenied"):
                raise  # our permissions are wrong, which says nothing about the model
            message = f"endpoint {self.name} gave no predictions: {error}"
            raise EndpointUnreachable(message, _is_starting(error)) from error
        return content


def _busy(error: ClientError) -> EndpointBusy | None:
    # "Cannot update in-progress endpoint": two that looked at it at once both found it idle.
    changing = code_of(error) == "ValidationException" and "in-progress endpoint" in message_of(error)
    return EndpointBusy(message_of(error)) if is_busy(error) or changing else None


def _is_starting(error: Exception) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("OriginalStatusCode")
        return code_of(error) in _STARTING or (code_of(error) == "ModelError" and status in _NOBODY_ANSWERED)
    return isinstance(error, BotoCoreError)
