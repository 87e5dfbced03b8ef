"""Has MiniStack's alarms evaluated and carried out by localcloud.alarms."""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from ministack import app
from ministack.core import iam_actions
from ministack.services import cloudwatch

from localcloud.alarms.datapoints import datapoints
from localcloud.alarms.evaluation import Datapoint, reason_data, verdict
from localcloud.config import CloudConfig
from localcloud.ministack.scope import Scoped

Act = Callable[[dict[str, Any], str, str, str, float], None]
"""(alarm, old state, new state, reason, time): carries out what the alarm is set to do."""

_TICK_SECONDS = 1.0
_SHORTEST_PERIOD = 1.0


class Alarms(Scoped):
    """Every metric alarm. A second of an alarm's period takes `wait_scale` seconds, like all waits here."""

    def __init__(self, config: CloudConfig, act: Act) -> None:
        super().__init__(config)
        self._act, self._scale = act, config.wait_scale
        self._closing = threading.Event()

    def plug_in(self) -> None:
        """Evaluate whenever a metric is put, and every second, for silence is a state too."""
        cloudwatch._evaluate_alarm = self._evaluate
        cloudwatch._dispatch_alarm_actions = self._dispatch
        _check_described_alarms()
        threading.Thread(target=self._tick, name="alarms", daemon=True).start()

    def close(self) -> None:
        """Evaluate no more."""
        self._closing.set()

    def _tick(self) -> None:
        while not self._closing.wait(_TICK_SECONDS):
            # On the loop that answers every request, so that nothing changes meanwhile.
            if app._MAIN_LOOP is not None:
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    app._MAIN_LOOP.call_soon_threadsafe(self._evaluate_all)

    def _evaluate_all(self) -> None:
        with self.scope():
            cloudwatch._evaluate_all_alarms()

    def _evaluate(self, alarm: dict[str, Any]) -> None:
        if not alarm.get("Namespace") or not alarm.get("MetricName"):
            return
        values = self._datapoints(alarm)
        found = verdict(alarm, values)
        # AWS writes it when the state changes; scaling goes on as long as the alarm does, and reads it here.
        alarm["StateReasonData"] = reason_data(alarm, values)
        old = alarm["StateValue"]
        if found is None or found.state == old:
            return
        at = time.time()
        alarm.update(StateValue=found.state, StateReason=found.reason, StateUpdatedTimestamp=int(at))
        cloudwatch._record_history(alarm["AlarmName"], old, found.state, found.reason)
        self._act(alarm, old, found.state, found.reason, at)
        cloudwatch._evaluate_parent_alarms(alarm)

    def _datapoints(self, alarm: dict[str, Any]) -> list[Datapoint]:
        names = {dimension["Name"]: dimension["Value"] for dimension in alarm["Dimensions"]}
        key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(names))
        statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
        period = max(_SHORTEST_PERIOD, int(alarm["Period"]) * self._scale)
        points = cloudwatch._metrics.get(key, [])
        return datapoints(alarm, points, time.time(), period, lambda points: _statistic(statistic, points))

    def _dispatch(self, alarm: dict[str, Any], old_state: str, new_state: str, reason: str) -> None:
        self._act(alarm, old_state, new_state, reason, time.time())


def _statistic(name: str, points: list[Any]) -> Datapoint:
    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), name, points)
    return None if value is None else float(value)


def _check_described_alarms() -> None:
    """Have IAM asked about the (first) alarm that DescribeAlarms names; MiniStack asks about "*"."""
    original = iam_actions.extract_resource_arn

    def resource_arn(
        service: str, method: str, path: str, headers: dict[str, str], body: bytes, *more: Any
    ) -> str:
        arn: str = original(service, method, path, headers, body, *more)
        described = headers.get("x-amz-target", "").endswith(".DescribeAlarms")
        names = json.loads(body or b"{}").get("AlarmNames") if service == "monitoring" and described else None
        return f"arn:aws:cloudwatch:{more[1]}:{more[2]}:alarm:{names[0]}" if names else arn

    iam_actions.extract_resource_arn = resource_arn
