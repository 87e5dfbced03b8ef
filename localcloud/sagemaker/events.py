"""SageMaker's events, in the shape of AWS's own examples.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html: the detail
is what Describe answers, but times are milliseconds, tags are a map, and an endpoint's status is
written IN_SERVICE. AWS may send an event twice or not at all; this cloud sends each once.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from localcloud.sagemaker.tags import Tags
from localcloud.store import Document

Emit = Callable[[str, str, Mapping[str, Any], Sequence[str]], str]
"""(source, detail type, detail, resources) -> event id"""


class Events:
    """Tells the default event bus what changed."""

    def __init__(self, emit: Emit, tags: Tags) -> None:
        self._emit, self._tags = emit, tags

    def training_job(self, job: Document) -> None:
        """A training job entered another status or secondary status."""
        self._send("SageMaker Training Job State Change", job["TrainingJobArn"], job)

    def transform_job(self, job: Document) -> None:
        """A transform job entered another status."""
        self._send("SageMaker Transform Job State Change", job["TransformJobArn"], job)

    def endpoint(self, endpoint: Document) -> None:
        """An endpoint entered another status."""
        detail = {**endpoint, "EndpointStatus": upper_snake(endpoint["EndpointStatus"])}
        self._send("SageMaker Endpoint State Change", endpoint["EndpointArn"], detail)

    def deployment(self, endpoint: Document) -> None:
        """An endpoint's deployment went on: what is pending is in PendingDeploymentSummary."""
        detail = {**endpoint, "EndpointStatus": upper_snake(endpoint["EndpointStatus"])}
        self._send("SageMaker Endpoint Deployment State Change", endpoint["EndpointArn"], detail)

    def _send(self, detail_type: str, arn: str, document: Document) -> None:
        detail = {**milliseconds(document), "Tags": self._tags.of(arn)}
        self._emit("aws.sagemaker", detail_type, detail, [arn])


def upper_snake(status: str) -> str:
    """InService -> IN_SERVICE."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", status).upper()


def milliseconds(value: Any, name: str = "") -> Any:
    """The document with every time in milliseconds since the epoch instead of seconds."""
    if isinstance(value, dict):
        return {key: milliseconds(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [milliseconds(item) for item in value]
    is_time = isinstance(value, float) and name.endswith(("Time", "Timestamp"))
    return round(value * 1000) if is_time else value
