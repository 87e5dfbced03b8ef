"""Scaling activities: what was done, and why."""

import uuid
from typing import Any

from localcloud.autoscaling.resource import KEYS, Resource
from localcloud.awsjson import Request, action
from localcloud.store import Store, now

KIND = "ScalingActivity"


class Activities:
    """Every change of capacity, newest first."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, where: Resource, count: int, alarm: str, policy: str) -> None:
        """Note that a variant was given another number of instances."""
        at, name = now(), str(uuid.uuid4())
        activity = {
            **where.members,
            "ActivityId": name,
            "Description": f"Setting desired instance count to {count}.",
            "Cause": f"monitor alarm {alarm} in state ALARM triggered policy {policy}",
            "StartTime": at,
            "EndTime": at,
            "StatusCode": "Successful",
            "StatusMessage": f"Successfully set desired instance count to {count}.",
        }
        self._store.add(KIND, name, activity)

    @action("DescribeScalingActivities", keys=KEYS)
    def describe(self, request: Request) -> dict[str, Any]:
        """What was done, or what was done to the resource that is asked for."""
        wanted = request.parameters.get("ResourceId")
        found = [
            activity
            for activity in reversed(self._store.all(KIND))
            if wanted in (None, activity["ResourceId"])
        ]
        return {"ScalingActivities": found}
