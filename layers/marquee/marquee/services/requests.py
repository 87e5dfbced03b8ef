"""How often an endpoint was asked, as CloudWatch counted it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from marquee import clients

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

_DAY = 86_400


def invocations(endpoint: str, variant: str, days: int, client: CloudWatchClient | None = None) -> int:
    """Return the requests of the last `days` days (63 at most: older ones are kept by the hour only)."""
    end = datetime.now(UTC)
    answer = (client or clients.cloudwatch()).get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName="Invocations",
        Dimensions=[
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": variant},
        ],
        StartTime=end - timedelta(days=days),
        EndTime=end,
        Period=_DAY,
        Statistics=["Sum"],
    )
    return int(sum(point["Sum"] for point in answer["Datapoints"]))
