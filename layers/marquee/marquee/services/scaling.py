"""Automatic scaling of a real-time endpoint's variant (Application Auto Scaling)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from marquee import clients
from marquee.services.errors import code_of

if TYPE_CHECKING:
    from mypy_boto3_application_autoscaling import ApplicationAutoScalingClient
    from mypy_boto3_application_autoscaling.type_defs import TargetTrackingScalingPolicyConfigurationTypeDef

# Of the one variant that is the champion's.
_VARIANT = "live"


class Scaling:
    """The number of instances behind one endpoint."""

    def __init__(self, endpoint: str, client: ApplicationAutoScalingClient | None = None) -> None:
        self._client = client or clients.autoscaling()
        self._policy = f"{endpoint}-invocations"
        self._target: dict[str, Any] = {
            "ServiceNamespace": "sagemaker",
            "ResourceId": f"endpoint/{endpoint}/variant/{_VARIANT}",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        }

    def start(self, least: int, most: int, invocations: float) -> None:
        """Keep `least` to `most` instances with about `invocations` a minute on each; safe to repeat."""
        self._client.register_scalable_target(**self._target, MinCapacity=least, MaxCapacity=most)
        aim: TargetTrackingScalingPolicyConfigurationTypeDef = {
            "TargetValue": invocations,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
        }
        self._client.put_scaling_policy(
            **self._target,
            PolicyName=self._policy,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=aim,
        )

    def stop(self) -> None:
        """Leave the number of instances as it is from now on; the policy goes with the target."""
        try:
            self._client.deregister_scalable_target(**self._target)
        except ClientError as error:
            if code_of(error) != "ObjectNotFoundException":
                raise
