"""The metrics of endpoint invocations, namespace AWS/SageMaker.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html: of every request a 1 or a 0 is
sent for each kind of error, so that an Average is a rate. Each metric comes twice, with and without the
dimension EndpointConfigName (deployment-guardrails-configuration), by which an alarm tells the fleets of an
update apart. A request only appends to a queue; a thread counts and sends.
"""

import logging
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

_VALUES = 150
"""Different values that one datum holds at most (API_MetricDatum)."""
_DATA = 100
"""Data of one call, which may be 1 MB."""
_DIGITS = 3
"""Latencies are kept to so many digits: a percentile needs no more, and equal values are counted."""

Dimensions = tuple[tuple[str, str], ...]
Put = Callable[[str, list[dict[str, Any]]], object]
"""(execution role, MetricData)"""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Invocation:
    """One request that reached a variant. Times are seconds.

    `instances` is 0 for a serverless variant, `status` is 0 when the model did not answer.
    """

    endpoint: str
    config: str
    variant: str
    role: str
    instances: int
    status: int
    model_seconds: float
    seconds: float

    def dimensions(self) -> Iterator[Dimensions]:
        """The sets of dimensions that it is counted under."""
        known = (("EndpointName", self.endpoint), ("VariantName", self.variant))
        yield known
        yield (*known, ("EndpointConfigName", self.config))

    def values(self) -> Mapping[str, tuple[float, str]]:
        """Metric name -> value and unit."""
        overhead = max(0.0, self.seconds - self.model_seconds)
        shares = {"InvocationsPerInstance": (1 / self.instances, "None")} if self.instances else {}
        return {
            **shares,
            "Invocations": (1, "None"),
            "ModelLatency": (_rounded(self.model_seconds * 1e6), "Microseconds"),
            "OverheadLatency": (_rounded(overhead * 1e6), "Microseconds"),
            "Invocation4XXErrors": (float(400 <= self.status < 500), "None"),
            "Invocation5XXErrors": (float(self.status >= 500 or not self.status), "None"),
            "InvocationModelErrors": (float(not 200 <= self.status < 300), "None"),
        }


class Meter:
    """Counts invocations and hands them on every `interval` seconds."""

    def __init__(self, put: Put, interval: float) -> None:
        self._put, self._interval = put, interval
        self._waiting: deque[Invocation] = deque()
        self._closing = threading.Event()
        threading.Thread(target=self._run, name="endpoint metrics", daemon=True).start()

    def record(self, invocation: Invocation) -> None:
        """Have an invocation counted."""
        self._waiting.append(invocation)

    def close(self) -> None:
        """Stop counting."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.wait(self._interval):
            taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
            for role in {invocation.role for invocation in taken}:
                self._send(role, [invocation for invocation in taken if invocation.role == role])

    def _send(self, role: str, invocations: list[Invocation]) -> None:
        data = list(aggregate(invocations, time.time()))
        try:
            for start in range(0, len(data), _DATA):
                self._put(role, data[start : start + _DATA])
        except (ClientError, BotoCoreError) as error:
            log.warning("metrics of %d invocations are lost: %s", len(invocations), error)


def aggregate(invocations: Iterable[Invocation], at: float) -> Iterator[dict[str, Any]]:
    """PutMetricData's MetricData: how often each value was seen, per metric and set of dimensions."""
    seen: dict[tuple[str, str, Dimensions], Counter[float]] = defaultdict(Counter)
    for invocation in invocations:
        values = invocation.values()
        for dimensions in invocation.dimensions():
            for name, (value, unit) in values.items():
                seen[name, unit, dimensions][value] += 1
    for (name, unit, dimensions), counter in seen.items():
        counts = list(counter.items())
        for start in range(0, len(counts), _VALUES):
            part = counts[start : start + _VALUES]
            yield {
                "MetricName": name,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
                "Timestamp": at,
                "Unit": unit,
                "Values": [value for value, _ in part],
                "Counts": [float(count) for _, count in part],
            }


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")
