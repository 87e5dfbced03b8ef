"""Putting the endpoint back to the champion when a candidate on it failed."""

from typing import Literal

from marquee.ledger import Champion
from marquee.releases.ab_configs import expected_config
from marquee.releases.shifting import Shift
from marquee.services.endpoint import EndpointBusy


def put_back(shift: Shift, champion: Champion | None) -> Literal["updating", "done"]:
    """Bring the endpoint one step towards the champion; `updating`: call again until it is `done`.

    A challenger that answered beside the champion does so again.

    Where there is no champion a failed candidate must not answer either, so the endpoint goes.
    """
    if champion:
        return "done" if shift.bring(expected_config(champion), []) == "done" else "updating"
    state = shift.endpoint.state()
    if state is None:
        return "done"
    if state.changing:
        return "updating"
    try:
        shift.endpoint.delete()
    except EndpointBusy:
        return "updating"
    return "done"
