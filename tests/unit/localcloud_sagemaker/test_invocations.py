"""InvokeEndpoint between fleets."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

import pytest

from localcloud.awsjson import Headers, Permission, Response
from localcloud.sagemaker.container_process import ContainerUnavailable, Reply
from localcloud.sagemaker.fleet import Fleet
from localcloud.sagemaker.invocations import Invocations
from localcloud.sagemaker.metrics import Meter
from localcloud.sagemaker.traffic import Traffic
from localcloud.sagemaker.variant import Variant

Post = Callable[[bytes, Mapping[str, str]], Reply]


class Container:
    """A container that answers as a test says."""

    def __init__(self, post: Post) -> None:
        self.post, self.ready, self.in_flight = post, True, 0


class Deployments:
    """What serves the endpoint now, as a test says."""

    def __init__(self, fleet: Fleet) -> None:
        self.current = Traffic(fleet)

    def traffic(self, _endpoint: str) -> Traffic:
        """The traffic of any endpoint."""
        return self.current


def fleet(post: Post, **config: object) -> Fleet:
    """A fleet of one variant."""
    return Fleet("config", [variant("live", 1, post, **config)])


def variant(name: str, weight: float, post: Post, **config: object) -> Variant:
    """A variant of one instance."""
    wanted = {"VariantName": name, "InitialVariantWeight": weight, **config}
    made = Variant(wanted, "role", lambda _: Container(post), limit=1)  # type: ignore[arg-type,return-value]
    made.scale(1)
    return made


def answer(_body: bytes, _headers: Mapping[str, str]) -> Reply:
    """A model's answer."""
    return Reply(200, {"content-type": "text/plain"}, b"fine")


def gone(_body: bytes, _headers: Mapping[str, str]) -> Reply:
    """A container that has just been ended."""
    raise ContainerUnavailable("connection refused")


def invoke(deployments: Deployments, body: bytes = b"{}") -> Response:
    """One request through the handler."""
    meter = Meter(lambda _role, _data: None, interval=60)
    invocations = Invocations(_allow, deployments, meter)  # type: ignore[arg-type]
    try:
        return asyncio.run(invocations.handle("POST", "/endpoints/e/invocations", {}, body, {}))
    finally:
        invocations.close()
        meter.close()


def test_a_request_whose_container_an_update_ended_is_answered_by_the_new_one() -> None:
    def ended_by_update(_body: bytes, _headers: Mapping[str, str]) -> Reply:
        deployments.current = Traffic(fleet(answer))
        raise ContainerUnavailable("connection reset")

    deployments = Deployments(fleet(ended_by_update))

    status, headers, body = invoke(deployments)

    assert (status, body) == (200, b"fine")
    assert headers["x-Amzn-Invoked-Production-Variant"] == "live"


def test_a_container_that_is_down_is_a_503() -> None:
    status, headers, body = invoke(Deployments(fleet(gone)))

    assert (status, headers["x-amzn-ErrorType"]) == (503, "ServiceUnavailable")
    assert b"Try again in a few seconds" in body


@pytest.mark.parametrize(("config", "limit"), [({}, 6 * 2**20), ({"ServerlessConfig": {}}, 4 * 2**20)])
def test_a_body_over_the_limit_of_its_kind_of_endpoint_is_refused(
    config: dict[str, object], limit: int
) -> None:
    deployments = Deployments(fleet(answer, **config))

    assert invoke(deployments, b"x" * limit)[0] == 200
    assert invoke(deployments, b"x" * (limit + 1))[0] == 400


def test_traffic_follows_the_weights() -> None:
    shared = Fleet("c", [variant("a", 1, answer), variant("b", 3, answer), variant("off", 0, answer)])
    chosen = [found.name for _ in range(4000) if (found := shared.choose(None))]

    assert chosen.count("off") == 0
    assert 0.7 < chosen.count("b") / 4000 < 0.8
    assert shared.choose("nobody") is None
    assert Fleet("c", [variant("a", 0, answer), variant("b", 0, answer)]).choose(None) is None


def _allow(_headers: Headers, _permissions: Iterable[Permission]) -> tuple[str, str]:
    return "000000000000", "us-east-1"
