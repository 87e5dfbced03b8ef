"""Rule: the endpoint is in service. A real-time one gets as many instances as it is asked for."""

from typing import Any

from marquee.observability import observed
from marquee.services.scaling import Scaling
from marquee.settings import ScaleSettings, load


@observed
def handler(_event: dict[str, Any], _context: object) -> dict[str, bool]:
    """Answer whether it scales by itself now; a repeat changes nothing."""
    settings = load(ScaleSettings)
    scales = settings.endpoint_type == "realtime" and settings.max_instances > settings.min_instances
    if scales:
        least, most = settings.min_instances, settings.max_instances
        Scaling(settings.endpoint_name).start(least, most, settings.invocations_per_instance)
    return {"scales": scales}
