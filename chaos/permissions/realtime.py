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
_CHANGERS = (
    "try-candidate",
    "deploy-model",
    "roll-back",
    "share-traffic",
    "scale-endpoint",
    "fail-run",
    "reconcile",
)
"""The functions that read one of them."""


def realtime(traveller: Traveller) -> None:
    """An endpoint on instances: released over, scaled, shared by two versions, rolled back, put back.

    One journey, because every function starts anew when its settings change.
    """
    with changed(traveller, _SETTINGS, *_CHANGERS):
        _released(traveller)
        _shared(traveller)
        endpoints.rolled_back(traveller)
        taking_back.taken_back(traveller)
        endpoints.endpoint_put_back(traveller)
    # Instances that are scaled can become no serverless endpoint: what is tried after this would fail of it.
    with traveller.losing("reconcile"):
        served.delete_endpoint(traveller)
        journeys.live(traveller.named(f"{traveller.name}c"))


def swept_away(traveller: Traveller) -> None:
    """Nobody asked the endpoint for a year, and such endpoints are to be deleted."""
    with changed(traveller, {"DELETE_IDLE_ENDPOINT": "true", "IDLE_DAYS": "30"}, "sweep-endpoint"):
        endpoints.swept(traveller)


@contextmanager
def changed(traveller: Traveller, settings: Mapping[str, str], *functions: str) -> Iterator[None]:
    """Functions, named without the stage's prefix, with these variables of their environment changed."""
    client, stage = traveller.stage.client("lambda"), traveller.stage.account.stage
    before = {
        one["FunctionName"]: one["Environment"]["Variables"]
        for function in functions
        for one in [client.get_function_configuration(FunctionName=f"marquee-{stage}-{function}")]
    }
    for name, variables in before.items():
        environment = {"Variables": {**variables, **settings}}
        client.update_function_configuration(FunctionName=name, Environment=environment)
    try:
        yield
    finally:
        for name, variables in before.items():
            client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def _released(traveller: Traveller) -> None:
    """Two releases in a row, the second over the first; then it scales."""
    with traveller.losing("reconcile"):
        served.delete_endpoint(traveller)
        for name in ("a", "b"):
            journeys.live(traveller.named(f"{traveller.name}{name}"))
    traveller.invoke("scale-endpoint", {})


def _shared(traveller: Traveller) -> None:
    """The version before answers a part of the requests, then another part, then none.

    On the way the endpoint is lost once, and fails once.
    """
    with traveller.losing("reconcile"):
        champion = served.champion_of(traveller)
        if not champion.previous:
            raise WentWrong("there is no earlier champion to answer beside it")
        version = champion.previous[0].version
        for percent in (10, 20):
            _share(traveller, version, percent)
        served.delete_endpoint(traveller)
        _share(traveller, version, 30)
        served.fail_endpoint(traveller)
        _share(traveller, version, 0)


def _share(traveller: Traveller, version: str, percent: int) -> None:
    def step() -> bool | None:
        answer = traveller.invoke("share-traffic", {"version": version, "percent": percent})
        if answer["status"] == "failed":
            raise WentWrong(f"share_traffic failed: {answer}")
        return answer["status"] == "done" or None

    traveller.awaited(step, f"{percent} percent for version {version}")
