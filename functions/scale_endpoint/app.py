"""Rule (the endpoint is in service) and schedule: a real-time endpoint scales with what it is asked."""

from typing import Any

from marquee.observability import observed
from marquee.services.endpoint import Endpoint
from marquee.services.scaling import Scaling
from marquee.settings import ScaleSettings, load


@observed
def handler(_event: dict[str, Any], _context: object) -> dict[str, bool]:
    """Answer whether it scales by itself now; a repeat changes nothing."""
    settings = load(ScaleSettings)
    state = Endpoint(settings.endpoint_name).state()
    wanted = settings.endpoint_type == "realtime" and settings.max_instances > settings.min_instances
    scales = wanted and state is not None and state.status == "InService"
    if scales:
        least, most = settings.min_instances, settings.max_instances
        Scaling(settings.endpoint_name).start(least, most, settings.invocations_per_instance)
    return {"scales": scales}
