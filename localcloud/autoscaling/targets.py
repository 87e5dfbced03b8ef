"""Scalable targets: Register, Describe, Deregister."""

import logging
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.autoscaling.policies import ScalingPolicies
from localcloud.autoscaling.resource import KEYS, Resource, not_found, resource, target_arn
from localcloud.autoscaling.variants import Variants
from localcloud.awsjson import Permission, Request, ServiceError, action
from localcloud.store import Document, Store, now

log = logging.getLogger(__name__)

KIND = "ScalableTarget"
LINKED_SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
LINKED_ROLE = (
    f"arn:aws:iam::{{account}}:role/aws-service-role/{LINKED_SERVICE}/"
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)


class ScalableTargets:
    """Every variant that may be scaled."""

    def __init__(self, store: Store, variants: Variants, policies: ScalingPolicies) -> None:
        self._store, self._variants, self._policies = store, variants, policies
        self._linked = False

    def needs(self, request: Request) -> Iterable[Permission]:
        """What whoever registers a variant must be allowed beside it (same page as `needs_alarms`)."""
        where = resource(request)
        arn = f"arn:aws:sagemaker:{request.region}:{request.account}:endpoint/{where.endpoint}"
        yield Permission("sagemaker:DescribeEndpoint", arn)
        yield Permission("sagemaker:UpdateEndpointWeightsAndCapacities", arn)
        if not self._linked:
            role = LINKED_ROLE.format(account=request.account)
            context = {"iam:AWSServiceName": LINKED_SERVICE}
            yield Permission("iam:CreateServiceLinkedRole", role, context)

    @action("RegisterScalableTarget", target_arn, keys=KEYS, needs=needs)
    def register(self, request: Request) -> dict[str, Any]:
        """Let a variant be scaled between two bounds, or change the bounds."""
        where, asked = resource(request), request.parameters
        self._variants.instances(where)
        old = self._store.find(KIND, where.id) or {"CreationTime": now(), **where.members}
        target = {**old, **{name: value for name, value in asked.items() if name != "Tags"}}
        if missing := [name for name in ("MinCapacity", "MaxCapacity") if name not in target]:
            raise ServiceError("ValidationException", f"{missing[0]} is required for a new scalable target.")
        if target["MinCapacity"] > target["MaxCapacity"]:
            raise ServiceError(
                "ValidationException", "Maximum capacity cannot be less than minimum capacity."
            )
        (arn,) = target_arn(request)
        target.update(ScalableTargetARN=arn, RoleARN=LINKED_ROLE.format(account=request.account))
        self._linked = True
        self._store.remove(KIND, where.id)
        self._store.add(KIND, where.id, target)
        return {"ScalableTargetARN": arn}

    @action("DescribeScalableTargets", keys=KEYS)
    def describe(self, request: Request) -> dict[str, Any]:
        """The scalable targets, or those of the ResourceIds that are asked for."""
        wanted = request.parameters.get("ResourceIds")
        found = [target for target in self._store.all(KIND) if not wanted or target["ResourceId"] in wanted]
        return {"ScalableTargets": found}

    @action("DeregisterScalableTarget", target_arn, keys=KEYS)
    def deregister(self, request: Request) -> dict[str, Any]:
        """Let a variant be as it is; its policies and their alarms go too."""
        where = resource(request)
        if self._store.remove(KIND, where.id) is None:
            raise not_found("No scalable target found", where)
        self._policies.forget(where)
        return {}

    def of(self, endpoint: str) -> list[str]:
        """The variants of an endpoint that are scaled."""
        prefix = Resource(endpoint, "").id
        known = [target["ResourceId"] for target in self._store.all(KIND)]
        return [name.removeprefix(prefix) for name in known if name.startswith(prefix)]

    def forget(self, endpoint: str) -> None:
        """Deregister the variants of an endpoint that is deleted, as AWS does."""
        for variant in self.of(endpoint):
            where = Resource(endpoint, variant)
            self._store.remove(KIND, where.id)
            try:
                self._policies.forget(where)
            except (ClientError, BotoCoreError) as error:
                # Nothing acts on an alarm without its policy; the endpoint is deleted all the same.
                log.warning("the alarms of %s stay: %s", where.id, error)


def capacity(target: Document, count: int) -> int:
    """A number of instances within a target's bounds."""
    return int(min(max(count, target["MinCapacity"]), target["MaxCapacity"]))
