"""Custom metrics in CloudWatch's embedded metric format: a JSON line in the log, no call to AWS.

CloudWatch user guide, "Specification: Embedded metric format". Written by hand, for the predict function
uses it too and Powertools' Metrics costs it more import time than a prediction has.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Metric:
    """One value under its dimensions; `unit` is one of CloudWatch's, such as Count or Seconds."""

    name: str
    unit: str
    value: float
    by: tuple[tuple[str, ...], ...] = ((),)
    """Sets of keys of the line, beside `service`, by which the value can be asked for."""


def write(metrics: Sequence[Metric], line: Mapping[str, Any]) -> None:
    """Print one line that holds `line` and every metric; `service` tells the stages apart."""
    service = os.environ.get("POWERTOOLS_SERVICE_NAME", "marquee")
    print(json.dumps({"_aws": _directives(metrics), "service": service, **line, **_values(metrics)}))


def _values(metrics: Sequence[Metric]) -> dict[str, float]:
    return {metric.name: metric.value for metric in metrics}


def _directives(metrics: Sequence[Metric]) -> dict[str, Any]:
    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Marquee")
    directives = [
        {
            "Namespace": namespace,
            "Dimensions": [["service", *keys] for keys in metric.by],
            "Metrics": [{"Name": metric.name, "Unit": metric.unit}],
        }
        for metric in metrics
    ]
    return {"Timestamp": round(time.time() * 1000), "CloudWatchMetrics": directives}
