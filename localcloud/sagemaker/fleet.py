"""What serves one endpoint config: a container per production variant, and who gets which request."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.sagemaker.container_process import prepare
from localcloud.sagemaker.settings import Settings
from localcloud.sagemaker.supervision import SupervisedContainer
from localcloud.store import Document

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

FindModel = Callable[[str], Document]


@dataclass
class Variant:
    """A production variant at work: its config, its share of the traffic, its container."""

    config: Mapping[str, Any]
    weight: float
    container: SupervisedContainer

    @property
    def name(self) -> str:
        """The name that TargetVariant and the answers use."""
        return str(self.config["VariantName"])

    @property
    def serverless(self) -> bool:
        """Whether AWS would run it without instances."""
        return "ServerlessConfig" in self.config

    def summary(self) -> dict[str, Any]:
        """The variant as DescribeEndpoint shows it."""
        shown: dict[str, Any] = {
            "VariantName": self.name,
            "CurrentWeight": self.weight,
            "DesiredWeight": self.weight,
        }
        if self.serverless:
            serverless = self.config["ServerlessConfig"]
            return {**shown, "CurrentServerlessConfig": serverless, "DesiredServerlessConfig": serverless}
        count = self.config.get("InitialInstanceCount", 1)
        return {**shown, "CurrentInstanceCount": count, "DesiredInstanceCount": count}


class Fleet:
    """The containers of one endpoint config, all of them up or none."""

    def __init__(self, variants: list[Variant]) -> None:
        self.variants = {variant.name: variant for variant in variants}

    @classmethod
    def start(
        cls, cloud: "Cloud", settings: Settings, endpoint: str, config: Document, find_model: FindModel
    ) -> "Fleet":
        """Bring every variant up; whatever is raised, nothing is left running."""
        fleet = cls([])
        try:
            for wanted in config["ProductionVariants"]:
                name = f"endpoints/{endpoint}/{config['EndpointConfigName']}/{wanted['VariantName']}"
                image = prepare(cloud, find_model(wanted["ModelName"]), name)
                container = SupervisedContainer(cloud.processes, image, settings)
                container.start()
                fleet.variants[wanted["VariantName"]] = Variant(
                    wanted, wanted["InitialVariantWeight"], container
                )
        except BaseException:
            fleet.stop()
            raise
        return fleet

    def choose(self, target: str | None) -> Variant | None:
        """The variant for one request: the one it targets (None if unknown), else one drawn by weight."""
        if target is not None:
            return self.variants.get(target)
        variants = list(self.variants.values())
        if len(variants) == 1:
            return variants[0]
        weights = [variant.weight for variant in variants]
        return random.choices(variants, weights)[0] if any(weights) else None  # noqa: S311 - traffic, not secrets

    def summaries(self) -> list[dict[str, Any]]:
        """The variants as DescribeEndpoint shows them."""
        return [variant.summary() for variant in self.variants.values()]

    def stop(self, drain: float = 0.0) -> None:
        """End every container, after up to `drain` seconds for the requests under way."""
        for variant in self.variants.values():
            variant.container.stop(drain)
