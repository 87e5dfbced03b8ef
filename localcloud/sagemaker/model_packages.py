"""The model registry: package groups, and packages in versions 1, 2, 3 ... with an approval status."""

import threading
from typing import Any

from localcloud.awsjson import Request, ServiceError, action
from localcloud.sagemaker.listing import page
from localcloud.sagemaker.model_package_groups import ARN as GROUP_ARN
from localcloud.sagemaker.model_package_groups import KIND as GROUP
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.store import Document, now

KIND = "ModelPackage"
PREFIX = "arn:aws:sagemaker:{region}:{account}:model-package/"
_SUMMARY = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
)


class ModelPackages:
    """Every version of every group, by ARN."""

    def __init__(self, store: TaggedStore) -> None:
        self._store = store
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()

    # Both, as the service authorization reference lists them; the group is only used by it.
    @action("CreateModelPackage", PREFIX + "{ModelPackageGroupName}/*", GROUP_ARN)
    def create(self, request: Request) -> dict[str, Any]:
        """Add the next version to a group; the same ClientToken gives the same version again."""
        group, token = request.parameters.get("ModelPackageGroupName"), request.parameters.get("ClientToken")
        if group is None or "ModelPackageName" in request.parameters:
            sentence = "The local cloud registers versioned model packages only: give ModelPackageGroupName."
            raise ServiceError("ValidationException", sentence)
        if request.parameters.get("Tags"):
            sentence = "Tags are not supported on a model package version, which uses the tags of its group."
            raise ServiceError("ValidationException", sentence)
        with self._lock:
            arn = self._tokens.get(token or "") or self._add(request, group.rpartition("/")[2])
            if token:
                self._tokens[token] = arn
        return {"ModelPackageArn": arn}

    @action("DescribeModelPackage", lambda request: [_arn(request)])
    def describe(self, request: Request) -> dict[str, Any]:
        """Everything about a version."""
        return self._find(_arn(request))

    @action("UpdateModelPackage", "{ModelPackageArn}")
    def update(self, request: Request) -> dict[str, Any]:
        """Approve or reject a version, or change what is written about it."""
        arn = self._find(request.parameters["ModelPackageArn"])["ModelPackageArn"]
        changes = {key: value for key, value in request.parameters.items() if key != "ClientToken"}
        dropped = changes.pop("CustomerMetadataPropertiesToRemove", [])
        if "AdditionalInferenceSpecificationsToAdd" in changes:
            raise ServiceError("ValidationException", "The local cloud adds no inference specifications.")

        def edit(package: Document) -> None:
            kept = {
                **package.get("CustomerMetadataProperties", {}),
                **changes.pop("CustomerMetadataProperties", {}),
            }
            metadata = {key: value for key, value in kept.items() if key not in dropped}
            package.update(changes, CustomerMetadataProperties=metadata, LastModifiedTime=now())

        self._store.change(KIND, arn, edit)
        return {"ModelPackageArn": arn}

    @action("ListModelPackages", lambda request: [_group_arn(request)])
    def list_all(self, request: Request) -> dict[str, Any]:
        """Summaries of the versions of a group, or of all groups."""
        group = request.parameters.get("ModelPackageGroupName", "").rpartition("/")[2]
        packages = self._store.all(KIND)
        found = [package for package in packages if group in ("", package["ModelPackageGroupName"])]
        return page(request, "ModelPackageSummaryList", KIND, found, _SUMMARY)

    @action("DeleteModelPackage", lambda request: [_arn(request)])
    def delete(self, request: Request) -> dict[str, Any]:
        """Forget a version; its number is not given again."""
        arn = self._find(_arn(request))["ModelPackageArn"]
        self._store.remove(KIND, arn)
        self._store.tags.forget(arn)
        return {}

    def container(self, arn: str) -> dict[str, Any]:
        """The container of a version, as CreateModel takes it."""
        specification = self._find(arn).get("InferenceSpecification", {})
        container = specification.get("Containers", [{}])[0]
        return {key: container[key] for key in ("Image", "ModelDataUrl", "Environment") if key in container}

    def _add(self, request: Request, group: str) -> str:
        version = self._next_version(request, group)
        arn = f"{PREFIX.format(region=request.region, account=request.account)}{group}/{version}"
        package = {
            "ModelApprovalStatus": "PendingManualApproval",
            **{key: value for key, value in request.parameters.items() if key not in ("Tags", "ClientToken")},
            "ModelPackageGroupName": group,
            "ModelPackageVersion": version,
            "ModelPackageArn": arn,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
            "CreationTime": now(),
        }
        self._store.add(KIND, arn, package)
        self._store.tags.register(arn, request)
        return arn

    def _next_version(self, request: Request, name: str) -> int:
        group = self._store.change(GROUP, name, _count)
        if group is None:
            arn = f"arn:aws:sagemaker:{request.region}:{request.account}:model-package-group/{name}"
            raise ServiceError("ValidationException", f"ModelPackageGroup {arn} does not exist.")
        return int(group["LastVersion"])

    def _find(self, arn: str) -> Document:
        package = self._store.find(KIND, arn)
        if package is None:
            raise ServiceError("ValidationException", f"ModelPackage {arn} does not exist.")
        return package


def _count(group: Document) -> None:
    group["LastVersion"] += 1


def _arn(request: Request) -> str:
    name: str = request.parameters["ModelPackageName"]
    return name if name.startswith("arn:") else PREFIX.format(**_place(request)) + name


def _group_arn(request: Request) -> str:
    group = request.parameters.get("ModelPackageGroupName", "*")
    return PREFIX.format(**_place(request)) + f"{group.rpartition('/')[2]}/*"


def _place(request: Request) -> dict[str, str]:
    return {"region": request.region, "account": request.account}
