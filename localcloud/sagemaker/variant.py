"""A production variant at work: its share of the traffic and its instances."""

from collections.abc import Callable, Mapping
from typing import Any

from localcloud.sagemaker.container_process import ContainerUnavailable, Reply
from localcloud.sagemaker.supervision import SupervisedContainer

Launch = Callable[[int], SupervisedContainer]
"""(number of the instance, from 1) -> its container, which answers already; StartError when it does not."""


class Variant:
    """`count` instances are asked for and shown; at most `limit` of them are containers on this machine."""

    def __init__(self, config: Mapping[str, Any], role: str, launch: Launch, limit: int) -> None:
        self.role = role
        self.config, self.weight = config, float(config.get("InitialVariantWeight", 1.0))
        self.count: int = config.get("InitialInstanceCount", 1)
        self._launch, self._limit = launch, limit
        self._instances: tuple[SupervisedContainer, ...] = ()

    @property
    def name(self) -> str:
        """The name that TargetVariant and the answers use."""
        return str(self.config["VariantName"])

    @property
    def serverless(self) -> bool:
        """Whether AWS would run it without instances."""
        return "ServerlessConfig" in self.config

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """One invocation by the least busy instance; ContainerUnavailable when none is there."""
        while True:
            instance = self._least_busy()
            try:
                return instance.post(body, headers)
            except ContainerUnavailable:
                # One that was scaled in just now is no reason to fail; one that died is.
                if instance in self._instances:
                    raise

    def scale(self, count: int, drain: float = 0.0) -> None:
        """Have `count` instances; those that end get `drain` seconds for their requests under way."""
        wanted = min(count, self._limit)
        while len(self._instances) < wanted:
            self._instances = (*self._instances, self._launch(len(self._instances) + 1))
        surplus = self._instances[wanted:]
        self.count, self._instances = count, self._instances[:wanted]
        for instance in surplus:
            instance.stop(drain)

    def stop(self, drain: float = 0.0) -> None:
        """End every instance."""
        for instance in self._instances:
            instance.stop(drain)

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
        return {**shown, "CurrentInstanceCount": self.count, "DesiredInstanceCount": self.count}

    def _least_busy(self) -> SupervisedContainer:
        if not self._instances:
            raise ContainerUnavailable(f"variant {self.name} has no instance")
        return min(self._instances, key=lambda instance: (not instance.ready, instance.in_flight))
