"""`marquee traffic [VERSION=PERCENT | --end]`: who answers which part of the requests."""

from dataclasses import asdict
from typing import Any

from marquee.events.envelope import field_of
from marquee.observability import observed
from marquee.releases.traffic import ShareTraffic
from marquee.settings import TrafficSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Without a version answer the shares; with one take a step towards its `percent`."""
    traffic = ShareTraffic.of(load(TrafficSettings))
    if "version" not in event:
        return {"variants": traffic.read()}
    return asdict(traffic.share(str(event["version"]), int(field_of(event, "percent"))))
