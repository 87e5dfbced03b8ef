"""The same stage with a real-time endpoint: guarded updates, scaling, and two versions side by side."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from chaos.permissions import endpoints, journeys, served, taking_back
from chaos.permissions.traveller import Traveller, WentWrong

_SETTINGS = {
    "ENDPOINT_TYPE": "realtime",
    "MIN_INSTANCES": "1",
    "MAX_INSTANCES": "2",
    "TRAFFIC_SHIFTING": "all_at_once",
    "BAKE_SECONDS": "0",
}


def realtime_live(traveller: Traveller) -> None:
    """Two releases in a row on instances, the second over the first; then it scales."""
    with realtime(traveller):
        with traveller.losing("reconcile"):
            served.delete_endpoint(traveller)
            for name in ("a", "b"):
                journeys.live(traveller.named(f"{traveller.name}{name}"))
        traveller.invoke("scale-endpoint", {})


def realtime_shared(traveller: Traveller) -> None:
    """The version before answers a part of the requests, then another part, then none."""
    with realtime(traveller), traveller.losing("reconcile"):
        champion = served.champion_of(traveller)
        if not champion.previous:
            raise WentWrong("there is no earlier champion to answer beside it")
        for percent in (10, 20, 0):
            _share(traveller, champion.previous[0].version, percent)


def realtime_rolled_back(traveller: Traveller) -> None:
    """The champion before comes back, and stops scaling for it."""
    with realtime(traveller):
        endpoints.rolled_back(traveller)


def realtime_taken_back(traveller: Traveller) -> None:
    """A failed run's model goes, and the champion comes back."""
    with realtime(traveller):
        taking_back.taken_back(traveller)


def realtime_put_back(traveller: Traveller) -> None:
    """Somebody put another config on the endpoint."""
    with realtime(traveller):
        endpoints.endpoint_put_back(traveller)


def swept_away(traveller: Traveller) -> None:
    """Nobody asked the endpoint for a year, and such endpoints are to be deleted."""
    with changed(traveller, {"DELETE_IDLE_ENDPOINT": "true", "IDLE_DAYS": "30"}):
        endpoints.swept(traveller)


@contextmanager
def realtime(traveller: Traveller) -> Iterator[None]:
    """Every function of the stage as a stage with EndpointType=realtime has it."""
    with changed(traveller, _SETTINGS):
        yield


@contextmanager
def changed(traveller: Traveller, settings: Mapping[str, str]) -> Iterator[None]:
    """Every function with these variables of its environment changed meanwhile."""
    client = traveller.stage.client("lambda")
    pages = client.get_paginator("list_functions").paginate()
    before = {
        one["FunctionName"]: one["Environment"]["Variables"]
        for page in pages
        for one in page["Functions"]
        if "STAGE" in one.get("Environment", {}).get("Variables", {})
    }
    for name, variables in before.items():
        environment = {"Variables": {**variables, **settings}}
        client.update_function_configuration(FunctionName=name, Environment=environment)
    try:
        yield
    finally:
        for name, variables in before.items():
            client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def _share(traveller: Traveller, version: str, percent: int) -> None:
    def step() -> bool | None:
        answer = traveller.invoke("share-traffic", {"version": version, "percent": percent})
        if answer["status"] == "failed":
            raise WentWrong(f"share_traffic failed: {answer}")
        return answer["status"] == "done" or None

    traveller.awaited(step, f"{percent} percent for version {version}")
