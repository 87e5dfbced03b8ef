"""What serves one endpoint config: its production variants, and who gets which request."""

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from localcloud.sagemaker.container_process import prepare
from localcloud.sagemaker.settings import Settings
from localcloud.sagemaker.supervision import SupervisedContainer
from localcloud.sagemaker.variant import Launch, Variant
from localcloud.store import Document

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

FindModel = Callable[[str], Document]


class Fleet:
    """The variants of one endpoint config, all of them up or none."""

    def __init__(self, config_name: str, variants: list[Variant]) -> None:
        self.config_name = config_name
        self.variants = {variant.name: variant for variant in variants}

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
            variant.stop(drain)


class Launcher:
    """Starts fleets: of each variant the archive is unpacked and the container started, per instance."""

    def __init__(self, cloud: "Cloud", settings: Settings, find_model: FindModel) -> None:
        self._cloud, self._settings, self._find_model = cloud, settings, find_model

    def start(self, endpoint: str, config: Document, counts: Mapping[str, int]) -> Fleet:
        """Bring every variant up, with `counts` instead of its config's; if it raises, nothing is left."""
        name = config["EndpointConfigName"]
        fleet = Fleet(name, [])
        try:
            for wanted in config["ProductionVariants"]:
                variant = Variant(
                    wanted, self._launch(f"endpoints/{endpoint}/{name}", wanted), self._settings.instances
                )
                fleet.variants[variant.name] = variant
                variant.scale(counts.get(variant.name, variant.count))
        except BaseException:
            fleet.stop()
            raise
        return fleet

    def _launch(self, folder: str, wanted: Mapping[str, Any]) -> Launch:
        model, name = self._find_model(wanted["ModelName"]), f"{folder}/{wanted['VariantName']}"

        def launch(number: int) -> SupervisedContainer:
            image = prepare(self._cloud, model, name if number == 1 else f"{name}-{number}")
            container = SupervisedContainer(self._cloud.processes, image, self._settings)
            container.start()
            return container

        return launch
