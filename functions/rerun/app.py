"""`marquee rerun RUN`: a new attempt of an ended run."""

from typing import Any

from marquee.events.envelope import field_of
from marquee.observability import observed
from marquee.reruns import Rerun
from marquee.settings import RerunSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """Answer the attempt that was begun."""
    attempt = Rerun.of(load(RerunSettings)).begin(field_of(event, "run_id"))
    return {"run_id": attempt.run_id, "attempt_id": attempt.id}
