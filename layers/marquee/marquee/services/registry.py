"""The model registry (a model package group) and the models made from it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from marquee import clients
from marquee.services.deletions import delete_model
from marquee.services.errors import exists_already

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# Packages are listed newest first; an attempt's own is looked for among the latest of them.
_PACKAGES_LOOKED_AT = 200


class Registry:
    """One model package group."""

    def __init__(self, group: str, client: SageMakerClient | None = None) -> None:
        self._group = group
        self._client = client or clients.sagemaker()

    def find(self, description: str) -> str | None:
        """Return the ARN of the newest package with that description, or None."""
        pages = self._client.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=self._group, SortBy="CreationTime", SortOrder="Descending"
        )
        packages = (package for page in pages for package in page["ModelPackageSummaryList"])
        for package in islice(packages, _PACKAGES_LOOKED_AT):
            if package.get("ModelPackageDescription") == description:
                return package["ModelPackageArn"]
        return None

    def create(self, request: dict[str, Any]) -> str:
        """Register a package in the group and return its ARN."""
        answer = self._client.create_model_package(ModelPackageGroupName=self._group, **request)
        return answer["ModelPackageArn"]

    def decide(self, package_arn: str, approved: bool, reason: str) -> None:
        """Approve or reject a package; the reason is cut to the 1,024 characters the API takes."""
        self._client.update_model_package(
            ModelPackageArn=package_arn,
            ModelApprovalStatus="Approved" if approved else "Rejected",
            ApprovalDescription=reason[:1024],
        )

    def create_model(self, request: dict[str, Any]) -> None:
        """Make the model that endpoints and transform jobs run; one of that name is left alone."""
        try:
            self._client.create_model(**request)
        except ClientError as error:
            if not exists_already(error):
                raise

    def delete_model(self, name: str) -> None:
        """Delete a model, not its package nor its archive; nothing happens if there is none."""
        delete_model(self._client, name)


def version_of(package_arn: str) -> str:
    """Return a package's version, the last part of its ARN, such as "7"."""
    return package_arn.rsplit("/", 1)[-1]
