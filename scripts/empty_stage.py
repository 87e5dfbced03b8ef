"""Delete what runs made in a stage, so that its stack can be deleted: `python -m scripts.empty_stage dev`.

CloudFormation deletes neither a bucket with objects nor a model package group with packages, and it knows
nothing of the endpoint and the models that the pipeline made. All of it goes; there is no way back.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

BUCKETS = ("raw", "curated", "models", "batch")


def main() -> int:
    """Empty the stage; 0 when it is empty, 2 when the user did not confirm or named no region."""
    parser = argparse.ArgumentParser(prog="empty_stage", description=__doc__)
    parser.add_argument("stage")
    parser.add_argument("--confirm", default="", help="the name of the stack, marquee-<stage>")
    options = parser.parse_args()
    stack = f"marquee-{options.stage}"
    if options.confirm != stack:
        print(
            f"This deletes every upload, dataset, model and prediction of {stack}. "
            f"If you mean it: make delete STAGE={options.stage} CONFIRM={stack}",
            file=sys.stderr,
        )
        return 2
    if boto3.Session().region_name is None:
        print("Which region? Set AWS_DEFAULT_REGION, or AWS_PROFILE to a profile with one.", file=sys.stderr)
        return 2
    empty_buckets(stack)
    empty_sagemaker(stack)
    return 0


def empty_buckets(stack: str) -> None:
    """Delete every version of every object in the buckets of `stack`."""
    session = boto3.Session()
    place = f"{session.client('sts').get_caller_identity()['Account']}-{session.region_name}"
    ours = {f"{stack}-{short}-{place}" for short in BUCKETS}
    for bucket in session.resource("s3").buckets.all():
        if bucket.name in ours:
            _tell("every object of", bucket.name)
            bucket.object_versions.delete()


def empty_sagemaker(stack: str) -> None:
    """Delete the endpoint, its configs, the models and the model packages named after `stack`."""
    sagemaker = boto3.client("sagemaker")
    for name in _endpoints(sagemaker, stack):
        _tell("endpoint", name)
        sagemaker.delete_endpoint(EndpointName=name)
    for name in _endpoint_configs(sagemaker, stack):
        _tell("endpoint config", name)
        sagemaker.delete_endpoint_config(EndpointConfigName=name)
    for name in _models(sagemaker, stack):
        _tell("model", name)
        sagemaker.delete_model(ModelName=name)
    for arn in _packages(sagemaker, stack):
        _tell("model package", arn)
        sagemaker.delete_model_package(ModelPackageName=arn)


def _tell(kind: str, name: str) -> None:
    print(f"deleting {kind} {name}", flush=True)


# NameContains also finds marquee-dev in marquee-dev2: the exact name and its prefix are asked for after it.


def _endpoints(sagemaker: SageMakerClient, stack: str) -> Iterator[str]:
    for page in sagemaker.get_paginator("list_endpoints").paginate(NameContains=stack):
        yield from (item["EndpointName"] for item in page["Endpoints"] if item["EndpointName"] == stack)


def _endpoint_configs(sagemaker: SageMakerClient, stack: str) -> Iterator[str]:
    for page in sagemaker.get_paginator("list_endpoint_configs").paginate(NameContains=f"{stack}-"):
        names = (item["EndpointConfigName"] for item in page["EndpointConfigs"])
        yield from (name for name in names if name.startswith(f"{stack}-"))


def _models(sagemaker: SageMakerClient, stack: str) -> Iterator[str]:
    for page in sagemaker.get_paginator("list_models").paginate(NameContains=f"{stack}-"):
        names = (item["ModelName"] for item in page["Models"])
        yield from (name for name in names if name.startswith(f"{stack}-"))


def _packages(sagemaker: SageMakerClient, stack: str) -> Iterator[str]:
    if not _has_group(sagemaker, stack):
        return  # a stack that was half deleted has none any more
    for page in sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=stack):
        yield from (item["ModelPackageArn"] for item in page["ModelPackageSummaryList"])


def _has_group(sagemaker: SageMakerClient, stack: str) -> bool:
    for page in sagemaker.get_paginator("list_model_package_groups").paginate(NameContains=stack):
        if any(item["ModelPackageGroupName"] == stack for item in page["ModelPackageGroupSummaryList"]):
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
