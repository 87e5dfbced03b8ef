"""Models, the registry, configs, tags and lists, as botocore sees them."""

import pytest
from botocore.exceptions import ClientError

from tests.integration.localcloud_sagemaker.aws import Aws

MODEL_ARN = "arn:aws:sagemaker:us-east-1:000000000000:model/tagged"


def test_versions_of_a_group_are_numbered_and_approved(aws: Aws) -> None:
    sagemaker = aws.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="group")
    archive = aws.put("models/package.tar.gz", b"")
    specification = {
        "Containers": [{"Image": "image", "ModelDataUrl": archive}],
        "SupportedContentTypes": ["application/json"],
        "SupportedResponseMIMETypes": ["application/json"],
    }
    arns = [
        sagemaker.create_model_package(
            ModelPackageGroupName="group",
            InferenceSpecification=specification,
            CustomerMetadataProperties={"run_id": f"run-{number}"},
        )["ModelPackageArn"]
        for number in (1, 2)
    ]

    sagemaker.update_model_package(ModelPackageArn=arns[1], ModelApprovalStatus="Approved")

    second = sagemaker.describe_model_package(ModelPackageName=arns[1])
    assert (second["ModelPackageVersion"], second["ModelApprovalStatus"]) == (2, "Approved")
    assert second["CustomerMetadataProperties"] == {"run_id": "run-2"}
    approved = sagemaker.list_model_packages(ModelPackageGroupName="group", ModelApprovalStatus="Approved")
    assert [package["ModelPackageArn"] for package in approved["ModelPackageSummaryList"]] == [arns[1]]
    with pytest.raises(ClientError, match="still contains Model Packages"):
        sagemaker.delete_model_package_group(ModelPackageGroupName="group")


def test_the_same_client_token_registers_once(aws: Aws) -> None:
    sagemaker = aws.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="tokens")

    arns = {
        sagemaker.create_model_package(ModelPackageGroupName="tokens", ClientToken="run-1")["ModelPackageArn"]
        for _ in range(2)
    }

    assert len(arns) == 1


def test_a_model_whose_archive_cannot_be_read_is_refused(aws: Aws) -> None:
    container = {"Image": "image", "ModelDataUrl": f"s3://{aws.bucket}/nothing.tar.gz"}

    with pytest.raises(ClientError, match="Could not access model data at"):
        aws.client("sagemaker").create_model(
            ModelName="unreadable", ExecutionRoleArn=aws.role, PrimaryContainer=container
        )


def test_what_exists_is_not_created_again_and_what_does_not_is_not_found(aws: Aws) -> None:
    sagemaker = aws.client("sagemaker")
    aws.greeter("twice", "x")
    aws.config("twice", ("v", "twice", 1))

    with pytest.raises(ClientError, match="Cannot create already existing model"):
        aws.greeter("twice", "x")
    with pytest.raises(ClientError, match="Cannot create already existing endpoint configuration"):
        aws.config("twice", ("v", "twice", 1))
    with pytest.raises(ClientError, match='Could not find model "arn:aws:sagemaker:us-east-1:'):
        aws.config("orphan", ("v", "no-such-model", 1))
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        sagemaker.create_endpoint(EndpointName="orphan", EndpointConfigName="orphan")
    with pytest.raises(ClientError, match="Requested resource not found"):
        sagemaker.describe_training_job(TrainingJobName="no-such-job")


def test_parameters_are_held_against_awss_own_model(aws: Aws) -> None:
    with pytest.raises(ClientError, match="failed to satisfy constraint: Member must satisfy") as error:
        aws.config("not_a_valid_name", ("v", "twice", 1))

    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_tags_are_added_listed_and_taken_off(aws: Aws) -> None:
    aws.greeter("tagged", "x")
    sagemaker = aws.client("sagemaker")

    sagemaker.add_tags(ResourceArn=MODEL_ARN, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    sagemaker.delete_tags(ResourceArn=MODEL_ARN, TagKeys=["a"])

    assert sagemaker.list_tags(ResourceArn=MODEL_ARN)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_a_list_is_filtered_ordered_and_paged(aws: Aws) -> None:
    for number in range(3):
        aws.greeter(f"listed-{number}", "x")
    sagemaker = aws.client("sagemaker")

    pages = list(
        sagemaker.get_paginator("list_models").paginate(
            NameContains="listed", SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 2}
        )
    )

    assert [[model["ModelName"] for model in page["Models"]] for page in pages] == [
        ["listed-0", "listed-1"],
        ["listed-2"],
    ]


def test_a_deployment_that_this_cloud_cannot_do_is_refused_rather_than_pretended(aws: Aws) -> None:
    half = {"Type": "CAPACITY_PERCENT", "Value": 50}
    rolling = {"RollingUpdatePolicy": {"MaximumBatchSize": half, "WaitIntervalInSeconds": 0}}
    sagemaker = aws.client("sagemaker")
    aws.config("plain", ("v", aws.greeter("plain", "x"), 1))
    sagemaker.create_endpoint(EndpointName="plain", EndpointConfigName="plain")
    aws.settled("plain")

    with pytest.raises(ClientError, match="RollingUpdatePolicy is not supported"):
        sagemaker.update_endpoint(EndpointName="plain", EndpointConfigName="plain", DeploymentConfig=rolling)
