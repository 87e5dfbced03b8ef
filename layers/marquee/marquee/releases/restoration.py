"""Putting the endpoint back to the champion when a candidate on it failed."""

from typing import Literal

from marquee.ledger import Champion
from marquee.services.endpoint import Endpoint


def put_back(endpoint: Endpoint, champion: Champion | None) -> Literal["updating", "done"]:
    """Bring the endpoint one step towards the champion; `updating`: call again until it is `done`.

    Where there is no champion a failed candidate must not answer either, so the endpoint goes.
    """
    state = endpoint.state()
    if state is None:
        if champion is None:
            return "done"
        endpoint.create(champion.endpoint_config, [])
        return "updating"
    if state.changing:
        return "updating"
    if champion and (state.status, state.config) == ("InService", champion.endpoint_config):
        return "done"
    if champion and state.status == "InService":
        endpoint.update(champion.endpoint_config)
        return "updating"
    # Without a champion, or failed: what cannot be updated is deleted, and made anew on the next call.
    endpoint.delete()
    return "updating" if champion else "done"
