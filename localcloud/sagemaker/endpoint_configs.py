"""Endpoint configs: Create, Describe, List, Delete."""

from typing import Any

from localcloud.awsjson import Request, ServiceError, action
from localcloud.sagemaker.listing import page
from localcloud.sagemaker.models import Models
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.store import Document, now

KIND = "EndpointConfig"
ARN = "arn:aws:sagemaker:{region}:{account}:endpoint-config/{EndpointConfigName}"


class EndpointConfigs:
    """Every endpoint config: which models an endpoint serves, each with which share of the traffic."""

    def __init__(self, store: TaggedStore, models: Models) -> None:
        self._store, self._models = store, models

    @action("CreateEndpointConfig", ARN, passes=("ExecutionRoleArn",))
    def create(self, request: Request) -> dict[str, Any]:
        """Keep a config whose models exist."""
        config = {key: value for key, value in request.parameters.items() if key != "Tags"}
        arn = ARN.format(**config, region=request.region, account=request.account)
        self._check(request, config["ProductionVariants"])
        variants = [{"InitialVariantWeight": 1.0, **variant} for variant in config["ProductionVariants"]]
        config.update(EndpointConfigArn=arn, ProductionVariants=variants, CreationTime=now())
        if not self._store.add(KIND, config["EndpointConfigName"], config):
            sentence = f'Cannot create already existing endpoint configuration "{arn}".'
            raise ServiceError("ValidationException", sentence)
        self._store.tags.register(arn, request)
        return {"EndpointConfigArn": arn}

    @action("DescribeEndpointConfig", ARN)
    def describe(self, request: Request) -> dict[str, Any]:
        """Everything about a config."""
        return self.find(request)

    @action("ListEndpointConfigs")
    def list_all(self, request: Request) -> dict[str, Any]:
        """Summaries of the configs."""
        members = ("EndpointConfigName", "EndpointConfigArn", "CreationTime")
        return page(request, "EndpointConfigs", KIND, self._store.all(KIND), members)

    @action("DeleteEndpointConfig", ARN)
    def delete(self, request: Request) -> dict[str, Any]:
        """Forget a config; an endpoint that runs it goes on."""
        config = self.find(request)
        self._store.remove(KIND, config["EndpointConfigName"])
        self._store.tags.forget(config["EndpointConfigArn"])
        return {}

    def find(self, request: Request) -> Document:
        """The config that the request asks for."""
        name = request.parameters["EndpointConfigName"]
        config = self._store.find(KIND, name)
        if config is None:
            arn = ARN.format(EndpointConfigName=name, region=request.region, account=request.account)
            raise ServiceError("ValidationException", f'Could not find endpoint configuration "{arn}".')
        return config

    def _check(self, request: Request, variants: list[dict[str, Any]]) -> None:
        names = [variant["VariantName"] for variant in variants]
        if len(set(names)) < len(names):
            raise ServiceError(
                "ValidationException", "Variant names must be unique within an endpoint config."
            )
        if len(variants) > 1 and any("ServerlessConfig" in variant for variant in variants):
            sentence = "Serverless endpoints support one production variant only."
            raise ServiceError("ValidationException", sentence)
        for variant in variants:
            self._models.find(request, variant.get("ModelName", "*"))
            if ("InstanceType" in variant) == ("ServerlessConfig" in variant):
                sentence = (
                    f"Variant {variant['VariantName']} must have either InstanceType or ServerlessConfig."
                )
                raise ServiceError("ValidationException", sentence)
