"""Follows the alarms of scaling policies.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

import json
import logging
import math
import threading
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.autoscaling.activities import Activities
from localcloud.autoscaling.policies import KIND as POLICY
from localcloud.autoscaling.resource import Resource
from localcloud.autoscaling.targets import KIND as TARGET
from localcloud.autoscaling.targets import capacity
from localcloud.autoscaling.variants import Variants
from localcloud.awsjson import ServiceError
from localcloud.clients import Clients
from localcloud.store import Document, Store

_TICK_SECONDS = 1.0
_COOLDOWN = 300
"""Seconds, when a policy says nothing (API_TargetTrackingScalingPolicyConfiguration, SageMaker)."""

log = logging.getLogger(__name__)


class Tracking:
    """Looks at every policy each second. A second of a cooldown takes `scale` seconds."""

    def __init__(
        self, store: Store, clients: Clients, variants: Variants, activities: Activities, scale: float
    ) -> None:
        self._store, self._clients, self._variants = store, clients, variants
        self._activities, self._scale = activities, scale
        self._scaled: dict[str, float] = {}
        self._closing = threading.Event()
        threading.Thread(target=self._run, name="autoscaling", daemon=True).start()

    def close(self) -> None:
        """Scale nothing more."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.wait(_TICK_SECONDS):
            for policy in self._store.all(POLICY):
                target = self._store.find(TARGET, policy["ResourceId"])
                try:
                    if target:
                        self.follow(policy, target)
                except (ClientError, BotoCoreError, ServiceError) as error:
                    # The endpoint is busy or gone; the alarm stays, and so does the next second.
                    log.info("%s was not scaled: %s", policy["ResourceId"], error)

    def follow(self, policy: Document, target: Document) -> None:
        """Do what the alarms of one policy ask for now."""
        _, endpoint, _, variant = policy["ResourceId"].split("/")
        where = Resource(endpoint, variant)
        self._report_idle(where)
        high, low = (alarm["AlarmName"] for alarm in policy["Alarms"])
        alarms = self._clients.client("cloudwatch").describe_alarms(AlarmNames=[high, low])["MetricAlarms"]
        for alarm in alarms:
            out = alarm["AlarmName"] == high
            if alarm["StateValue"] == "ALARM" and _may(policy, target, out) and self._rested(policy, out):
                self._scale_to(where, target, policy, alarm, out)

    def _scale_to(self, where: Resource, target: Document, policy: Document, alarm: Any, out: bool) -> None:
        wanted = policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
        values = json.loads(alarm.get("StateReasonData") or "{}").get("recentDatapoints") or [0.0]
        current = self._variants.instances(where)
        count = capacity(target, math.ceil(current * values[-1] / wanted))
        if (count > current) if out else (count < current):
            self._variants.scale(where, count)
            self._scaled[policy["PolicyARN"]] = time.monotonic()
            self._activities.record(where, count, alarm["AlarmName"], policy["PolicyName"])

    def _rested(self, policy: Document, out: bool) -> bool:
        member = "ScaleOutCooldown" if out else "ScaleInCooldown"
        seconds = policy["TargetTrackingScalingPolicyConfiguration"].get(member, _COOLDOWN)
        since = time.monotonic() - self._scaled.get(policy["PolicyARN"], -math.inf)
        return bool(since >= seconds * self._scale)

    def _report_idle(self, where: Resource) -> None:
        """SageMaker reports zeros for a variant that is scaled and not called, so that it is scaled in."""
        idle = {"MetricName": "InvocationsPerInstance", "Dimensions": where.dimensions, "Value": 0.0}
        self._clients.client("cloudwatch").put_metric_data(Namespace="AWS/SageMaker", MetricData=[idle])


def _may(policy: Document, target: Document, out: bool) -> bool:
    """Whether scaling out, or in, is neither suspended nor disabled."""
    suspended = target.get("SuspendedState", {})
    if out:
        return not suspended.get("DynamicScalingOutSuspended", False)
    disabled = policy["TargetTrackingScalingPolicyConfiguration"].get("DisableScaleIn", False)
    return not (disabled or suspended.get("DynamicScalingInSuspended", False))
