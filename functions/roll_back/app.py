"""`marquee rollback VERSION`: an earlier champion answers again; called until it says so."""

from dataclasses import asdict
from typing import Any

from marquee.events.envelope import field_of
from marquee.observability import observed
from marquee.releases.rolling_back import RollBack
from marquee.settings import RollBackSettings, load


@observed
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take one step; answer `waiting`, `updating`, `done` or `failed`, and why.

    With `resume` only of a rollback that is under way.
    """
    roll_back, version = RollBack.of(load(RollBackSettings)), str(field_of(event, "version"))
    return asdict(roll_back.resume(version) if event.get("resume") else roll_back.step(version))
