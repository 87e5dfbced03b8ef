"""Shifts an endpoint's traffic to a new fleet in steps, as long as no alarm goes off."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.sagemaker.fleet import Fleet
from localcloud.sagemaker.shifting import Plan, Step
from localcloud.sagemaker.traffic import Traffic

_POLL_SECONDS = 0.5

log = logging.getLogger(__name__)

Tell = Callable[[str, Callable[[int], str]], None]
"""(variant status, a variant's instance count -> its status message): Describe and an event say so."""


class AlarmWatch:
    """The alarms of an automatic rollback, read with the CloudWatch client that `connect` makes."""

    def __init__(self, connect: Callable[[], Any], names: Sequence[str]) -> None:
        self._names = list(names)
        self._cloudwatch = connect() if names else None

    def states(self) -> dict[str, str]:
        """The alarms that there are, with their states."""
        if self._cloudwatch is None:
            return {}
        answer = self._cloudwatch.describe_alarms(
            AlarmNames=self._names, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        )
        found = [*answer.get("MetricAlarms", []), *answer.get("CompositeAlarms", [])]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in found}

    def reason(self) -> str:
        """Why the update must be rolled back, in AWS's words; "" when it need not be."""
        try:
            states = self.states()
        except (ClientError, BotoCoreError) as error:
            # An answer that is missing once does not undo a deployment.
            log.warning("alarms %s could not be read: %s", self._names, error)
            return ""
        tripped = [name for name, state in states.items() if state == "ALARM"]
        return f"One or more configured alarm(s) in ALARM state: [{', '.join(tripped)}]" if tripped else ""


class Rollout:
    """One update on its way. `scale` is how long a second of waiting really takes."""

    def __init__(
        self, plan: Plan, watch: AlarmWatch, scale: float, route: Callable[[Traffic], None], tell: Tell
    ) -> None:
        self._plan, self._watch, self._scale = plan, watch, scale
        self._route, self._tell = route, tell

    def run(self, blue: Fleet, green: Fleet) -> str:
        """Shift step by step; gives the reason to roll back, or "" when the green fleet has all traffic."""
        if reason := self._watch.reason():
            return reason
        for step in self._plan.steps:
            self._activate(step, Traffic(blue, green, step.share))
            if reason := self._bake(step):
                return reason
        return ""

    def _activate(self, step: Step, traffic: Traffic) -> None:
        if step.seconds:
            self._tell("ActivatingTraffic", lambda count: f"Activating traffic on {step.switched_on(count)}.")
        self._route(traffic)

    def _bake(self, step: Step) -> str:
        if step.seconds:
            self._tell(
                "Baking",
                lambda count: (
                    f"Baking for {step.seconds} seconds ({step.setting}) with traffic enabled on "
                    f"{step.switched_on(count)}."
                ),
            )
        end = time.monotonic() + step.seconds * self._scale
        while (now := time.monotonic()) < end:
            if reason := self._watch.reason():
                return reason
            time.sleep(min(_POLL_SECONDS, end - now))
        return self._watch.reason()
