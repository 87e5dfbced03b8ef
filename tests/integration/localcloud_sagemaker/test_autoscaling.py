"""Autoscaling: the instances of a variant follow its invocations."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.localcloud_sagemaker.aws import Aws
from tests.integration.localcloud_sagemaker.test_traffic_shifting import endpoint_of, load

TARGET: dict[str, Any] = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/scaled/variant/v",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


@pytest.fixture(scope="module")
def endpoint(aws: Aws) -> str:
    """An endpoint in service on one instance."""
    return endpoint_of(aws, "scaled", old="one", new="two")


def test_what_is_not_there_is_refused_in_awss_words(aws: Aws, endpoint: str) -> None:
    scaling, wrong = aws.client("application-autoscaling"), f"endpoint/{endpoint}/variant/w"

    with pytest.raises(ClientError, match=r"ObjectNotFoundException.*No scalable target found for service"):
        scaling.deregister_scalable_target(**TARGET)
    with pytest.raises(ClientError, match=r"ObjectNotFoundException.*No scalable target registered"):
        put_policy(aws, target=1.0)
    with pytest.raises(ClientError, match=r"ValidationException.*has no variant w"):
        scaling.register_scalable_target(**TARGET | {"ResourceId": wrong}, MinCapacity=1, MaxCapacity=2)
    with pytest.raises(ClientError, match="Maximum capacity cannot be less than minimum capacity"):
        scaling.register_scalable_target(**TARGET, MinCapacity=3, MaxCapacity=2)


def test_who_registers_a_variant_needs_leave_to_scale_it_and_for_the_service_linked_role(
    aws: Aws, endpoint: str
) -> None:
    register = {
        "Action": "application-autoscaling:RegisterScalableTarget",
        "Resource": "*",
        "Condition": {"StringEquals": {"application-autoscaling:service-namespace": "sagemaker"}},
    }
    scale = {
        "Action": ["sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"],
        "Resource": f"arn:aws:sagemaker:us-east-1:000000000000:endpoint/{endpoint}",
    }

    for missing, caller in (
        ("sagemaker:DescribeEndpoint", aws.user_with(register)),
        ("iam:CreateServiceLinkedRole", aws.user_with(register, scale)),
    ):
        with pytest.raises(ClientError, match=f"not authorized to perform: {missing}"):
            caller.client("application-autoscaling").register_scalable_target(
                **TARGET, MinCapacity=1, MaxCapacity=2
            )


def test_instances_follow_the_invocations_and_no_request_fails(aws: Aws, endpoint: str) -> None:
    scaling = aws.client("application-autoscaling")
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=3)
    put_policy(aws, target=5.0)
    queue = aws.event_queue()

    with load(aws, endpoint) as seen:
        scaled_out = aws.until(lambda: variant(aws), "CurrentInstanceCount", 3)
        pids = {aws.invoke(endpoint, {"id": 1, "name": "x"})["pid"] for _ in range(12)}
        put_policy(aws, target=100_000.0)
        scaled_in = aws.until(lambda: variant(aws), "CurrentInstanceCount", 1)
        time.sleep(0.3)

    assert not seen.failures
    assert len(pids) == 2, "this machine runs two of the three"
    assert (scaled_out["DesiredInstanceCount"], scaled_in["DesiredInstanceCount"]) == (3, 1)
    activities = scaling.describe_scaling_activities(ServiceNamespace="sagemaker")["ScalingActivities"]
    # On a busy machine the first minute's requests may call for two instances before they call for three.
    counts = [
        activity["Description"].removeprefix("Setting desired instance count to ") for activity in activities
    ]
    assert counts in (["1.", "3."], ["1.", "3.", "2."])
    assert "AlarmLow" in activities[0]["Cause"]
    told = {
        status["StatusMessage"]
        for event in aws.events(queue, "SageMaker Endpoint Deployment State Change", f"endpoint/{endpoint}")
        for status in event["detail"]["ProductionVariants"][0].get("VariantStatus", [])
    }
    assert told == {
        "Scaling out desired instance count to 3.",
        "Scaling in desired instance count to 1.",
    }


def test_an_update_may_not_change_what_is_scaled_and_a_deletion_ends_it(aws: Aws, endpoint: str) -> None:
    sagemaker, scaling = aws.client("sagemaker"), aws.client("application-autoscaling")
    scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=3)
    aws.config("scaled-other", ("v", "scaled-new", 1), instance_type="ml.m5.xlarge")

    with pytest.raises(ClientError, match="The instance type of variant v cannot change"):
        sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="scaled-other")
    sagemaker.delete_endpoint(EndpointName=endpoint)

    assert not scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
    assert not aws.client("cloudwatch").describe_alarms(AlarmNamePrefix="TargetTracking")["MetricAlarms"]


def put_policy(aws: Aws, target: float) -> None:
    aws.client("application-autoscaling").put_scaling_policy(
        **TARGET,
        PolicyName="invocations",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": target,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
            },
            "ScaleOutCooldown": 10,
            "ScaleInCooldown": 10,
        },
    )


def variant(aws: Aws) -> dict[str, Any]:
    described = aws.client("sagemaker").describe_endpoint(EndpointName="scaled")
    found: dict[str, Any] = described["ProductionVariants"][0]
    return found
