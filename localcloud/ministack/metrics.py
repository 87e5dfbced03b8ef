"""Publishes what localcloud.metering measures in MiniStack's queues, state machines and functions."""

import contextlib
import threading
import time
from collections.abc import Iterable
from typing import Any

from ministack import app
from ministack.services import cloudwatch, lambda_svc, sqs, stepfunctions

from localcloud.config import CloudConfig
from localcloud.metering.datum import Datum
from localcloud.metering.embedded import embedded
from localcloud.metering.executions import executions
from localcloud.metering.queues import QueueMeter
from localcloud.ministack.scope import Scoped

_LOOK_SECONDS = 1.0
"""SQS looks once a minute; alarms here have shorter minutes too."""


class Metrics(Scoped):
    """Everything of localcloud.metering."""

    def __init__(self, config: CloudConfig) -> None:
        super().__init__(config)
        self._queues = QueueMeter(time.time(), 60.0 * config.wait_scale)
        self._closing = threading.Event()

    def plug_in(self) -> None:
        """Measure from now on."""
        log, changed = lambda_svc._emit_lambda_logs, stepfunctions._emit_execution_status_event

        def log_and_measure(func: Any, request_id: str, log_text: str, *more: Any, **named: Any) -> None:
            log(func, request_id, log_text, *more, **named)
            self._publish(list(embedded(log_text or "")))

        def change_and_measure(execution: Any) -> None:
            changed(execution)
            self._publish(list(executions(execution["stateMachineArn"], execution["status"])))

        lambda_svc._emit_lambda_logs = log_and_measure
        stepfunctions._emit_execution_status_event = change_and_measure
        threading.Thread(target=self._tick, name="metrics of queues", daemon=True).start()

    def close(self) -> None:
        """Measure no more."""
        self._closing.set()

    def _tick(self) -> None:
        while not self._closing.wait(_LOOK_SECONDS):
            self._on_loop(self._look)

    def _look(self) -> None:
        with self.scope():
            queues = [(url.rpartition("/")[2], queue["messages"]) for url, queue in sqs._queues.items()]
        self._record(self._queues.look(queues, time.time()))

    def _publish(self, data: list[Datum]) -> None:
        if data:
            self._on_loop(lambda: self._record(data))

    def _record(self, data: Iterable[Datum]) -> None:
        with self.scope():
            for datum in data:
                cloudwatch.record_metric(
                    datum.namespace, datum.name, datum.value, datum.unit, dict(datum.dimensions)
                )

    @staticmethod
    def _on_loop(work: Any) -> None:
        """On the loop that answers every request, so that nothing changes meanwhile."""
        if app._MAIN_LOOP is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                app._MAIN_LOOP.call_soon_threadsafe(work)
