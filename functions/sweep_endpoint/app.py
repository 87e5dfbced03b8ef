"""On a schedule: does anybody still ask the endpoint?"""

from typing import Any

from marquee.observability import observed
from marquee.releases.idle_endpoint import IdleEndpoint
from marquee.settings import SweepSettings, load


@observed
def handler(_event: dict[str, Any], _context: object) -> dict[str, str]:
    """Answer `in use`, `idle` or `deleted`."""
    return {"found": IdleEndpoint.of(load(SweepSettings)).look()}
