"""Emptying a stage deletes all of that stage, nothing of another, and nothing unasked."""

import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

from scripts import empty_stage

ROLE = "arn:aws:iam::123456789012:role/marquee-dev-model"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/serve:1"
PLACE = "123456789012-us-east-1"


@pytest.fixture(autouse=True)
def deleted_packages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Model packages that were deleted: the one call of the script that moto does not know."""
    deleted: list[str] = []
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def answer(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        if operation != "DeleteModelPackage":
            return call(client, operation, parameters)
        return deleted.append(parameters["ModelPackageName"])

    monkeypatch.setattr(BaseClient, "_make_api_call", answer)
    return deleted


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The stages dev and dev2, each with an upload in two versions, and an endpoint."""
    for name, value in {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "testing"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        for stage in ("dev", "dev2"):
            fill(stage)
        yield


def fill(stage: str) -> None:
    stack, model = f"marquee-{stage}", f"marquee-{stage}-reviews-1"
    bucket, s3 = f"{stack}-raw-{PLACE}", boto3.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"one", b"two"):
        s3.put_object(Bucket=bucket, Key="raw/reviews.csv", Body=body)
    sagemaker = boto3.client("sagemaker")
    sagemaker.create_model(ModelName=model, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE})
    variant: Any = {
        "VariantName": "live",
        "ModelName": model,
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
    }
    sagemaker.create_endpoint_config(EndpointConfigName=model, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=stack, EndpointConfigName=model)
    sagemaker.create_model_package_group(ModelPackageGroupName=stack)
    container: Any = {"Image": IMAGE, "ModelDataUrl": f"s3://{stack}-models/model.tar.gz"}
    specification: Any = {
        "Containers": [container],
        "SupportedContentTypes": ["application/json"],
        "SupportedResponseMIMETypes": ["application/json"],
    }
    sagemaker.create_model_package(ModelPackageGroupName=stack, InferenceSpecification=specification)


def left(stage: str) -> dict[str, int]:
    """How many of each thing a stage still has."""
    stack, sagemaker = f"marquee-{stage}", boto3.client("sagemaker")
    versions = boto3.client("s3").list_object_versions(Bucket=f"{stack}-raw-{PLACE}")
    names = [
        *(item["EndpointName"] for item in sagemaker.list_endpoints()["Endpoints"]),
        *(item["EndpointConfigName"] for item in sagemaker.list_endpoint_configs()["EndpointConfigs"]),
        *(item["ModelName"] for item in sagemaker.list_models()["Models"]),
    ]
    named = [name for name in names if name == stack or name.startswith(f"{stack}-")]
    return {"versions": len(versions.get("Versions", [])), "named": len(named)}


FULL = {"versions": 2, "named": 3}


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["empty_stage", *arguments])
    return empty_stage.main()


def test_confirmed_stage_is_emptied_and_its_neighbour_is_not(
    account: None, monkeypatch: pytest.MonkeyPatch, deleted_packages: list[str]
) -> None:
    assert run(monkeypatch, "dev", "--confirm", "marquee-dev") == 0
    assert deleted_packages == ["arn:aws:sagemaker:us-east-1:123456789012:model-package/marquee-dev/1"]
    assert left("dev") == {"versions": 0, "named": 0}
    assert left("dev2") == FULL


@pytest.mark.parametrize("confirmation", ["", "dev", "marquee-dev2"])
def test_nothing_is_deleted_without_the_name_of_the_stack(
    account: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], confirmation: str
) -> None:
    assert run(monkeypatch, "dev", "--confirm", confirmation) == 2
    assert left("dev") == FULL
    assert "make delete STAGE=dev CONFIRM=marquee-dev" in capsys.readouterr().err


def test_a_stage_that_was_half_deleted_is_emptied_again(
    account: None, monkeypatch: pytest.MonkeyPatch, deleted_packages: list[str]
) -> None:
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def without_a_group(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        if operation == "ListModelPackageGroups":
            return {"ModelPackageGroupSummaryList": []}
        if operation == "ListModelPackages":
            error: Any = {"Error": {"Code": "ValidationException", "Message": "group does not exist"}}
            raise ClientError(error, operation)
        return call(client, operation, parameters)

    monkeypatch.setattr(BaseClient, "_make_api_call", without_a_group)
    assert run(monkeypatch, "dev", "--confirm", "marquee-dev") == 0
    assert left("dev") == {"versions": 0, "named": 0}


def test_without_a_region_nothing_is_looked_for_in_vain(
    account: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    assert run(monkeypatch, "dev", "--confirm", "marquee-dev") == 2
    assert "AWS_DEFAULT_REGION" in capsys.readouterr().err
