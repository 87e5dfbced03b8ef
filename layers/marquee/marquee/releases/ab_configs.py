"""Endpoint configs of an A/B test: the champion, and a challenger beside it."""

import re
from typing import Any

from marquee.ledger import Challenger, Champion
from marquee.releases.endpoint_configs import VARIANT, variant
from marquee.settings import CapacitySettings

CHALLENGER = "challenger"


def ab_config(endpoint_config: str, version: str) -> str:
    """Name of the config in which a version stands beside the champion of `endpoint_config`."""
    return f"{endpoint_config}-ab-{version}"


def is_ab_config(config: str) -> bool:
    """Whether a config is of an A/B test; after `-ab-` an attempt's own has a digest of ten characters."""
    return re.search(r"-ab-\d{1,9}$", config) is not None


def expected_config(champion: Champion) -> str:
    """Return the config that the endpoint has to run when nothing is under way."""
    if champion.challenger is None:
        return champion.endpoint_config
    return ab_config(champion.endpoint_config, champion.challenger.version)


def weights(challenger: Challenger) -> dict[str, float]:
    """Return the variants' weights; their sum is 100."""
    return {VARIANT: 100.0 - challenger.percent, CHALLENGER: float(challenger.percent)}


def ab_request(
    settings: CapacitySettings,
    champion: Champion,
    beside: Champion,
    challenger: Challenger,
    instances: int = 0,
) -> dict[str, Any]:
    """Return the parameters of CreateEndpointConfig for both models (`instances`: of the champion)."""
    share = weights(challenger)
    return {
        "EndpointConfigName": ab_config(champion.endpoint_config, challenger.version),
        "ProductionVariants": [
            variant(settings, VARIANT, champion.endpoint_config, share[VARIANT], instances),
            variant(settings, CHALLENGER, beside.endpoint_config, share[CHALLENGER]),
        ],
        "Tags": [
            {"Key": "application", "Value": "marquee"},
            {"Key": "stage", "Value": settings.stage},
        ],
    }
