"""`marquee traffic [VERSION=PERCENT | --end]`: who answers which part of the requests."""

from dataclasses import asdict
from typing import Any

from marquee.events.envelope import field_of
from marquee.observability import observed
from marquee.releases.traffic import ShareTraffic
from marquee.settings import TrafficSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Without a version answer the shares; with one take a step towards its `percent`.

    With `resume` only of a change that is under way.
    """
    traffic = ShareTraffic.of(load(TrafficSettings))
    if "version" not in event:
        return {"variants": traffic.read()}
    version, percent = str(event["version"]), int(field_of(event, "percent"))
    return asdict(
        traffic.resume(version, percent) if event.get("resume") else traffic.share(version, percent)
    )
