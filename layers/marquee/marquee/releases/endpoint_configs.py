"""Endpoint configs: what serves a model, and how much of it."""

from typing import Any

from marquee import names
from marquee.identity import Attempt
from marquee.settings import CapacitySettings
from marquee.training.request import tags

# One variant: an update keeps its name, so that SageMaker shifts traffic instead of adding a second.
VARIANT = "live"
_CONCURRENCY = 5


def config_request(settings: CapacitySettings, attempt: Attempt, instances: int = 0) -> dict[str, Any]:
    """Return the parameters of CreateEndpointConfig for an attempt's model alone (`instances`: at least)."""
    config = names.attempt_name(settings.stage, attempt.id)
    return {
        "EndpointConfigName": config,
        "ProductionVariants": [variant(settings, VARIANT, config, instances=instances)],
        "Tags": tags(attempt, settings.stage),
    }


def variant(
    settings: CapacitySettings, name: str, model: str, weight: float = 1.0, instances: int = 0
) -> dict[str, Any]:
    """Return one production variant; `weight` is relative to those of the others."""
    return {
        "VariantName": name,
        "ModelName": model,
        "InitialVariantWeight": weight,
        **_capacity(settings, instances),
    }


def _capacity(settings: CapacitySettings, instances: int) -> dict[str, Any]:
    if settings.endpoint_type == "serverless":
        return {
            "ServerlessConfig": {
                "MemorySizeInMB": settings.endpoint_memory_mb,
                "MaxConcurrency": _CONCURRENCY,
            }
        }
    return {
        "InstanceType": settings.endpoint_instance_type,
        "InitialInstanceCount": max(settings.min_instances, instances),
    }
