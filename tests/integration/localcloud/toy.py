"""A service that is plugged into the cloud under test: two actions of SageMaker and its runtime."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from localcloud.awsjson import (
    Handler,
    Headers,
    JsonService,
    Permission,
    Request,
    Response,
    ServiceError,
    action,
)
from localcloud.cloud import Cloud

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Models:
    @action("ListModels")
    def list_models(self, request: Request) -> Mapping[str, object]:
        models = [
            {"ModelName": "m", "ModelArn": f"arn:aws:sagemaker:::model/{'m' * 20}", "CreationTime": MOMENT}
        ]
        return {"Models": models, "NextToken": None}

    @action(
        "CreateModel", "arn:aws:sagemaker:{region}:{account}:model/{ModelName}", passes=("ExecutionRoleArn",)
    )
    def create_model(self, request: Request) -> Mapping[str, object]:
        return {"ModelArn": f"arn:aws:sagemaker:{request.region}:{request.account}:model/x"}


def runtime(cloud: Cloud, service: JsonService) -> Handler:
    async def handle(
        method: str, path: str, headers: Headers, body: bytes, query: Mapping[str, list[str]]
    ) -> Response:
        found = re.fullmatch(r"/endpoints/([^/]+)/invocations", path)
        if found is None:
            return await service.handle(method, path, headers, body, query)
        arn = f"arn:aws:sagemaker:{cloud.config.region}:{cloud.config.account}:endpoint/{found[1]}"
        try:
            cloud.stack.authorize(headers, [Permission("sagemaker:InvokeEndpoint", arn)])
        except ServiceError as error:
            return error.response()
        return 200, {"Content-Type": "application/json"}, b'{"pong": true}'

    return handle


def register(cloud: Cloud) -> None:
    service = JsonService("sagemaker", cloud.stack.authorize)
    service.add(Models())
    cloud.stack.add_service("sagemaker", runtime(cloud, service), sdk_prefix="SageMaker")
    catalogue = JsonService("glue", cloud.stack.authorize, fallback=cloud.stack.service("glue"))
    cloud.stack.add_service("glue", catalogue.handle)
