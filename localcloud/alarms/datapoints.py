"""The datapoints that an alarm is judged by, out of what was put."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from localcloud.alarms.evaluation import Datapoint, evaluation_range

_OLD_IN_A_ROW = 200
"""After so many points that are too old, the rest is; fewer may have been put late."""

Point = Mapping[str, Any]
Statistic = Callable[[list[Point]], Datapoint]


def datapoints(
    alarm: Mapping[str, Any], points: Sequence[Point], now: float, period: float, statistic: Statistic
) -> list[Datapoint]:
    """One datapoint per period of the evaluation range, newest first; the newest period ends at `now`.

    `period` is in seconds; `points` come in the order in which they were put.
    """
    buckets: list[list[Point]] = [[] for _ in range(evaluation_range(alarm))]
    old = 0
    for point in reversed(points):
        age = int((now - point["Timestamp"]) / period)
        if 0 <= age < len(buckets):
            buckets[age].append(point)
        old = old + 1 if age >= len(buckets) else 0
        if old > _OLD_IN_A_ROW:
            break
    return [statistic(bucket) if bucket else None for bucket in buckets]
