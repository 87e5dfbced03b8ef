"""What AWS's own services may: the local cloud does not ask all of it, so the documents are the measure."""

from typing import Any

import pytest

from marquee.clock import later
from marquee.ledger import Stage
from marquee.stages import deadline_of
from tests.unit.template.conftest import Stack

# S3A, Glue's way to S3 by now (EMR release guide, "Migration Guide: EMRFS to S3A Filesystem"), lists and
# aborts multipart uploads (Hadoop 3.4, "Working with IAM Assumed Roles"); logs as in AWSGlueServiceRole.
ETL = {
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "cloudwatch:PutMetricData",
}
CRAWLER = {
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "glue:BatchCreatePartition",
    "glue:BatchUpdatePartition",
    "glue:CreatePartition",
    "glue:CreateTable",
    "glue:UpdateTable",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
}
# Execution role of CreateTrainingJob and CreateModel (SageMaker guide, "SageMaker Roles").
CONTAINER = {
    "cloudwatch:PutMetricData",
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
}


def statements(stack: Stack, role: str) -> list[dict[str, Any]]:
    (policy,) = dict(stack.of_type("AWS::IAM::Role"))[role]["Policies"]
    return list(policy["PolicyDocument"]["Statement"])


@pytest.mark.parametrize(
    ("role", "needed"),
    [
        ("EtlRole", ETL),
        ("CrawlerRole", CRAWLER),
        ("TrainingRole", CONTAINER),
        ("ModelRole", CONTAINER),
    ],
)
def test_a_service_may_what_its_guide_says_it_needs(stack: Stack, role: str, needed: set[str]) -> None:
    actions = [statement["Action"] for statement in statements(stack, role)]
    allowed = {action for group in actions for action in (group if isinstance(group, list) else [group])}
    assert needed <= allowed


def test_a_service_may_list_its_buckets_whatever_prefix_it_asks_for(stack: Stack) -> None:
    for role in ("EtlRole", "CrawlerRole", "TrainingRole", "ModelRole"):
        (listing,) = [s for s in statements(stack, role) if s["Sid"] == "Listing"]
        assert "Condition" not in listing, role


def test_eventbridge_may_not_publish(stack: Stack) -> None:
    """Policies with a condition refuse it, and without one any account's rules may (EventBridge guide)."""
    (topic,) = [properties for _, properties in stack.of_type("AWS::SNS::TopicPolicy")]
    (key,) = [properties for _, properties in stack.of_type("AWS::KMS::Key")]
    for document in (topic["PolicyDocument"], key["KeyPolicy"]):
        assert "events.amazonaws.com" not in str(document)


@pytest.mark.parametrize("role", ["RegisterModelRole", "RejectCandidateRole"])
def test_packages_are_listed_on_the_group_and_on_its_packages(stack: Stack, role: str) -> None:
    """AWS's own policies have either; nothing says which IAM is asked about."""
    listing = [s["Resource"] for s in statements(stack, role) if "sagemaker:ListModelPackages" in s["Action"]]
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model-package"
    assert listing == [f"{arn}-group/marquee-dev", f"{arn}/marquee-dev/*"]


def test_a_glue_run_may_not_take_longer_than_its_stage(source: dict[str, Any]) -> None:
    longest = source["Parameters"]["EtlMinutes"]["MaxValue"] * 60
    assert later(longest) < deadline_of(Stage.PREPARING)
