"""What serves one endpoint config: its production variants, and who gets which request."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from localcloud.sagemaker.container_logs import ENDPOINTS, instance_id
from localcloud.sagemaker.container_process import prepare
from localcloud.sagemaker.hosting import Hosting
from localcloud.sagemaker.supervision import SupervisedContainer
from localcloud.sagemaker.variant import Variant
from localcloud.store import Document

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

    def __init__(self, hosting: Hosting, find_model: FindModel) -> None:
        self._cloud, self._settings, self._logs = hosting.cloud, hosting.settings, hosting.logs
        self._find_model = find_model

    def start(self, endpoint: str, config: Document, counts: Mapping[str, int]) -> Fleet:
        """Bring every variant up, with `counts` instead of its config's; if it raises, nothing is left."""
        fleet = Fleet(config["EndpointConfigName"], [])
        try:
            for wanted in config["ProductionVariants"]:
                variant = self._variant(endpoint, fleet.config_name, wanted)
                fleet.variants[variant.name] = variant
                variant.scale(counts.get(variant.name, variant.count))
        except BaseException:
            fleet.stop()
            raise
        return fleet

    def _variant(self, endpoint: str, config_name: str, wanted: Mapping[str, Any]) -> Variant:
        model = self._find_model(wanted["ModelName"])
        role, variant = model["ExecutionRoleArn"], wanted["VariantName"]
        name = f"endpoints/{endpoint}/{config_name}/{variant}"

        def launch(number: int) -> SupervisedContainer:
            image = prepare(self._cloud, model, name if number == 1 else f"{name}-{number}")
            output = self._logs.follow(
                role, image.log, f"{ENDPOINTS}{endpoint}", f"{variant}/{instance_id()}"
            )
            container = SupervisedContainer(
                self._cloud.processes, image, self._settings, lambda: self._logs.end(output)
            )
            container.start()
            return container

        return Variant(wanted, role, launch, self._settings.instances)
