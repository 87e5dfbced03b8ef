"""One value of a metric."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Datum:
    """A value as PutMetricData takes it, measured now."""

    namespace: str
    name: str
    value: float
    unit: str
    dimensions: Mapping[str, str]
