"""Situations of the endpoint that nobody plans for, and the functions that bring it back to order."""

from collections.abc import Iterator
from contextlib import contextmanager

from chaos.permissions.served import bring, champion_of, delete_endpoint, fail_endpoint, restored
from chaos.permissions.traveller import Traveller, WentWrong
from marquee.clock import later
from marquee.ledger import Stage as At
from marquee.releases.endpoint_configs import VARIANT
from marquee.services.requests import invocations

_DAYS = 63
"""More than the days that are looked at in any journey; CloudWatch keeps no more of them by the day."""


def over_a_failed_endpoint(traveller: Traveller) -> None:
    """A candidate is released where an endpoint stands that failed."""
    with traveller.losing("reconcile"):
        fail_endpoint(traveller)
        run_id = traveller.drop("good")
        traveller.stands(run_id, At.LIVE)


def rolled_back(traveller: Traveller) -> None:
    """The champion before comes back by one command."""
    with traveller.losing("reconcile"):
        _roll_back(traveller)


def rolled_back_without_endpoint(traveller: Traveller) -> None:
    """The same, where the endpoint is gone."""
    with traveller.losing("reconcile"):
        delete_endpoint(traveller)
        _roll_back(traveller)


def rolled_back_over_a_failed_endpoint(traveller: Traveller) -> None:
    """The same, where the endpoint failed."""
    with traveller.losing("reconcile"):
        fail_endpoint(traveller)
        _roll_back(traveller)


def endpoint_put_back(traveller: Traveller) -> None:
    """The endpoint runs another config than the champion's: the reconciler sees it."""
    champion = champion_of(traveller)
    if not champion.previous:
        raise WentWrong("there is no earlier champion to put on the endpoint")
    with traveller.losing("reconcile"):
        bring(traveller, champion.previous[0].endpoint_config)
        restored(traveller, champion)


def endpoint_replaced(traveller: Traveller) -> None:
    """The endpoint failed: the reconciler removes it and makes it again."""
    with traveller.losing("reconcile"):
        fail_endpoint(traveller)
        restored(traveller, champion_of(traveller))


def shares(traveller: Traveller) -> None:
    """Who answers which part of the requests is asked for."""
    traveller.invoke("share-traffic", {})


def scaled(traveller: Traveller) -> None:
    """The endpoint came into service."""
    traveller.invoke("scale-endpoint", {})


def swept(traveller: Traveller) -> None:
    """Nobody asked the endpoint for days: it goes, and somebody is told."""

    def look() -> bool | None:
        _uncount_requests(traveller)
        return traveller.invoke("sweep-endpoint", {})["found"] == "deleted" or None

    with traveller.losing("reconcile"), _champion_since(traveller, later(-400 * 86_400)):
        traveller.awaited(look, "the end of an endpoint that nobody asks")


def _uncount_requests(traveller: Traveller) -> None:
    """Take from CloudWatch's sum of requests what other journeys asked: that is nobody's history."""
    cloudwatch, name = traveller.stage.client("cloudwatch"), traveller.stage.account.outputs["EndpointName"]
    dimensions = [{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": VARIANT}]
    count = invocations(name, VARIANT, _DAYS, cloudwatch)
    datum = {"MetricName": "Invocations", "Dimensions": dimensions, "Value": -count}
    cloudwatch.put_metric_data(Namespace="AWS/SageMaker", MetricData=[datum])


@contextmanager
def _champion_since(traveller: Traveller, since: str) -> Iterator[None]:
    was = champion_of(traveller).since
    _write_since(traveller, since)
    try:
        yield
    finally:
        _write_since(traveller, was)


def _write_since(traveller: Traveller, since: str) -> None:
    traveller.stage.client("dynamodb").update_item(
        TableName=traveller.stage.account.outputs["LedgerTableName"],
        Key={"pk": {"S": "champion"}},
        UpdateExpression="SET since = :at",
        ExpressionAttributeValues={":at": {"S": since}},
    )


def _roll_back(traveller: Traveller) -> None:
    champion = champion_of(traveller)
    if not champion.previous:
        raise WentWrong("there is no earlier champion to roll back to")
    version = champion.previous[0].version

    def step() -> bool | None:
        answer = traveller.invoke("roll-back", {"version": version})
        if answer["status"] == "failed":
            raise WentWrong(f"roll_back failed: {answer}")
        return answer["status"] == "done" or None

    traveller.awaited(step, f"the roll-back to version {version}")
