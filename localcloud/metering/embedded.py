"""Metrics in CloudWatch's embedded metric format, out of log lines.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
A line that does not follow it is a log line and nothing else, as on AWS.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.metering.datum import Datum


def embedded(log: str) -> Iterator[Datum]:
    """Yield every value that the lines of a log hold, once per set of dimensions."""
    for line in log.splitlines():
        if '"CloudWatchMetrics"' in line:
            try:
                yield from list(_of_line(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue


def _of_line(line: Mapping[str, Any]) -> Iterator[Datum]:
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for keys in directive["Dimensions"]:
            dimensions = {key: str(line[key]) for key in keys}
            for metric in directive["Metrics"]:
                value, unit = float(line[metric["Name"]]), metric.get("Unit", "None")
                yield Datum(directive["Namespace"], metric["Name"], value, unit, dimensions)
