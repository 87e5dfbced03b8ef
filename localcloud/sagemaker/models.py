"""Models: Create, Describe, List, Delete."""

from collections.abc import Callable
from typing import Any

import boto3
from botocore.exceptions import ClientError

from localcloud.awsjson import Request, ServiceError, action
from localcloud.objects import split_uri
from localcloud.sagemaker.listing import page
from localcloud.sagemaker.model_packages import ModelPackages
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.store import Document, now

KIND = "Model"
ARN = "arn:aws:sagemaker:{region}:{account}:model/{ModelName}"
SERVICE = "sagemaker.amazonaws.com"

Session = Callable[[str, str], boto3.Session]
"""(role ARN, service principal) -> session under that role"""


class Models:
    """Every model of the cloud. A model names a container: an image, an archive in S3, an environment."""

    def __init__(self, store: TaggedStore, packages: ModelPackages, session: Session) -> None:
        self._store, self._packages, self._session = store, packages, session

    @action("CreateModel", ARN, passes=("ExecutionRoleArn",))
    def create(self, request: Request) -> dict[str, Any]:
        """Name a container; its archive must exist and be readable under the model's role."""
        model = {key: value for key, value in request.parameters.items() if key != "Tags"}
        arn = ARN.format(**model, region=request.region, account=request.account)
        model.update(ModelArn=arn, CreationTime=now(), PrimaryContainer=self._container(model))
        self._check_archive(model)
        if not self._store.add(KIND, model["ModelName"], model):
            raise ServiceError("ValidationException", f'Cannot create already existing model "{arn}".')
        self._store.tags.register(arn, request)
        return {"ModelArn": arn}

    @action("DescribeModel", ARN)
    def describe(self, request: Request) -> dict[str, Any]:
        """Everything about a model."""
        return self.find(request)

    @action("ListModels")
    def list_all(self, request: Request) -> dict[str, Any]:
        """Summaries of the models."""
        members = ("ModelName", "ModelArn", "CreationTime")
        return page(request, "Models", KIND, self._store.all(KIND), members)

    @action("DeleteModel", ARN)
    def delete(self, request: Request) -> dict[str, Any]:
        """Forget a model; what serves it goes on."""
        model = self.find(request)
        self._store.remove(KIND, model["ModelName"])
        self._store.tags.forget(model["ModelArn"])
        return {}

    def find(self, request: Request, name: str = "") -> Document:
        """The model that the request, or `name`, asks for."""
        name = name or request.parameters["ModelName"]
        model = self._store.find(KIND, name)
        if model is None:
            arn = ARN.format(ModelName=name, region=request.region, account=request.account)
            raise ServiceError("ValidationException", f'Could not find model "{arn}".')
        return model

    def _container(self, model: Document) -> dict[str, Any]:
        containers = model.pop("Containers", None) or [model.get("PrimaryContainer")]
        if len(containers) != 1 or not containers[0] or not model.get("ExecutionRoleArn"):
            raise ServiceError(
                "ValidationException", "The local cloud serves models of exactly one container, with a role."
            )
        container: dict[str, Any] = containers[0]
        if "ModelPackageName" in container:
            container = {**self._packages.container(container["ModelPackageName"]), **container}
        return {"Mode": "SingleModel", **container}

    def _check_archive(self, model: Document) -> None:
        uri, role = model["PrimaryContainer"].get("ModelDataUrl", ""), model["ExecutionRoleArn"]
        try:
            bucket, key = split_uri(uri)
            self._session(role, SERVICE).client("s3").head_object(Bucket=bucket, Key=key)
        except (ValueError, ClientError, ServiceError) as error:
            raise ServiceError(
                "ValidationException",
                f'Could not access model data at {uri}. Please ensure that the role "{role}" exists and that '
                'its trust relationship policy allows the action "sts:AssumeRole" for the service principal '
                f'"{SERVICE}". Also ensure that the role has "s3:GetObject" permissions and that the object '
                "exists.",
            ) from error
