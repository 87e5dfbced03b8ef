"""Model package groups: Create, Describe, List, Delete."""

from typing import Any

from localcloud.awsjson import Request, ServiceError, action
from localcloud.sagemaker.listing import page
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.store import Document, now

KIND = "ModelPackageGroup"
ARN = "arn:aws:sagemaker:{region}:{account}:model-package-group/{ModelPackageGroupName}"
_SUMMARY = (
    "ModelPackageGroupName",
    "ModelPackageGroupArn",
    "ModelPackageGroupDescription",
    "CreationTime",
    "ModelPackageGroupStatus",
)


class ModelPackageGroups:
    """Every group of the model registry."""

    def __init__(self, store: TaggedStore) -> None:
        self._store = store

    @action("CreateModelPackageGroup", ARN)
    def create(self, request: Request) -> dict[str, Any]:
        """Make an empty group."""
        group = {key: value for key, value in request.parameters.items() if key != "Tags"}
        arn = ARN.format(**group, region=request.region, account=request.account)
        state = {"ModelPackageGroupStatus": "Completed", "CreationTime": now(), "LastVersion": 0}
        if not self._store.add(
            KIND, group["ModelPackageGroupName"], {**group, **state, "ModelPackageGroupArn": arn}
        ):
            raise ServiceError("ValidationException", f"Model Package Group already exists: {arn}")
        self._store.tags.register(arn, request)
        return {"ModelPackageGroupArn": arn}

    @action("DescribeModelPackageGroup", ARN)
    def describe(self, request: Request) -> dict[str, Any]:
        """Everything about a group."""
        group = self._find(request)
        group.pop("LastVersion")
        return group

    @action("ListModelPackageGroups")
    def list_all(self, request: Request) -> dict[str, Any]:
        """Summaries of the groups."""
        return page(request, "ModelPackageGroupSummaryList", KIND, self._store.all(KIND), _SUMMARY)

    @action("DeleteModelPackageGroup", ARN)
    def delete(self, request: Request) -> dict[str, Any]:
        """Forget a group that holds no version."""
        group = self._find(request)
        name, arn = group["ModelPackageGroupName"], group["ModelPackageGroupArn"]
        if any(package["ModelPackageGroupName"] == name for package in self._store.all("ModelPackage")):
            sentence = (
                f"Model Package Group {arn} cannot be deleted because it still contains Model Packages."
            )
            raise ServiceError("ConflictException", sentence)
        self._store.remove(KIND, name)
        self._store.tags.forget(arn)
        return {}

    def _find(self, request: Request) -> Document:
        name = request.parameters["ModelPackageGroupName"].rpartition("/")[2]
        group = self._store.find(KIND, name)
        if group is None:
            arn = ARN.format(ModelPackageGroupName=name, region=request.region, account=request.account)
            raise ServiceError("ValidationException", f"ModelPackageGroup {arn} does not exist.")
        return group
