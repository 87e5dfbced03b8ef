"""Application Auto Scaling for the variants of SageMaker endpoints, by target tracking.

targets: which variants may be scaled between which bounds; policies: what is to be kept at which value, with
the two CloudWatch alarms of each; tracking: acts on the alarms. What an instance is here, and how many of
them are really run, localcloud.sagemaker.variant says.
"""

from typing import TYPE_CHECKING

from localcloud.autoscaling.activities import Activities
from localcloud.autoscaling.alarms import PolicyAlarms
from localcloud.autoscaling.policies import ScalingPolicies
from localcloud.autoscaling.targets import ScalableTargets
from localcloud.autoscaling.tracking import Tracking
from localcloud.autoscaling.variants import Variants
from localcloud.awsjson import JsonService
from localcloud.clients import Clients
from localcloud.store import Store

if TYPE_CHECKING:
    from localcloud.cloud import Cloud


def plug_in(cloud: "Cloud", clients: Clients) -> ScalableTargets:
    """Add the service to the cloud; gives the targets, which endpoints ask about."""
    store = Store()
    variants, activities = Variants(clients), Activities(store)
    policies = ScalingPolicies(store, PolicyAlarms(clients))
    targets = ScalableTargets(store, variants, policies)
    service = JsonService("application-autoscaling", cloud.stack.authorize)
    for component in (targets, policies, activities):
        service.add(component)
    cloud.stack.add_service("application-autoscaling", service.handle, sdk_prefix="AnyScaleFrontendService")
    tracking = Tracking(store, clients, variants, activities, cloud.config.wait_scale)
    cloud.on_stop(tracking.close)
    return targets
