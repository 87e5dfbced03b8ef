"""Plans of faults as a person gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.errors import CommandError

if TYPE_CHECKING:
    from localcloud.client import LocalCloud
    from localcloud.faults.plan import Plan

_WORDS = "localcloud/faults/plan.py says what a plan can hold."


def planned(source: str | None) -> Plan | None:
    """The plan in a JSON or YAML file, or in the text itself; CommandError with its mistakes."""
    if source is None:
        return None
    # pydantic takes 0.2 s to import.
    from localcloud.faults.plan import PlanRefused, read  # noqa: PLC0415

    try:
        return read(source)
    except PlanRefused as error:
        raise CommandError(f"This is no plan of faults.\n{error}", _WORDS) from None


def follow(cloud: LocalCloud, plan: Plan) -> None:
    """Let the cloud follow a plan; CommandError with what it refuses in it."""
    try:
        cloud.set_faults(plan)
    except ValueError as error:
        raise CommandError(f"The cloud refuses this plan of faults.\n{error}", _WORDS) from None
