"""Which fleet answers a request: the running one or, while an update shifts traffic, the new one."""

import random
from dataclasses import dataclass

from localcloud.sagemaker.fleet import Fleet


@dataclass(frozen=True)
class Traffic:
    """The blue fleet serves; during an update the green one gets `share` (0 to 1) of the requests."""

    blue: Fleet
    green: Fleet | None = None
    share: float = 0.0

    def choose(self) -> Fleet:
        """The fleet for one request."""
        if self.green is not None and random.random() < self.share:  # noqa: S311 - traffic, not secrets
            return self.green
        return self.blue

    def reaches(self, fleet: Fleet) -> bool:
        """Whether requests may still come to a fleet."""
        return fleet is self.blue or fleet is self.green
