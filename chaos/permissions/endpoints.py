"""Situations of the endpoint that nobody plans for, and the functions that bring it back to order."""

import contextlib
import json
from collections.abc import Iterator
from contextlib import contextmanager

from chaos import uploads
from chaos.permissions.traveller import Traveller, WentWrong
from marquee.clock import later
from marquee.ledger import Champion
from marquee.ledger import Stage as At
from marquee.ledger.release_lock import ReleaseLock
from marquee.releases.drift import HOLDER as DRIFT


def over_a_failed_endpoint(traveller: Traveller) -> None:
    """A candidate is released where an endpoint stands that failed."""
    with traveller.losing("reconcile"):
        _fail_endpoint(traveller)
        run_id = _drop(traveller, "good")
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
        _fail_endpoint(traveller)
        _roll_back(traveller)


def endpoint_put_back(traveller: Traveller) -> None:
    """The endpoint runs another config than the champion's: the reconciler sees it."""
    champion = champion_of(traveller)
    if not champion.previous:
        raise WentWrong("there is no earlier champion to put on the endpoint")
    with traveller.losing("reconcile"):
        _bring(traveller, champion.previous[0].endpoint_config)
        _restored(traveller, champion)


def endpoint_made_again(traveller: Traveller) -> None:
    """The endpoint is gone: the reconciler makes it again."""
    with traveller.losing("reconcile"):
        delete_endpoint(traveller)
        _restored(traveller, champion_of(traveller))


def endpoint_replaced(traveller: Traveller) -> None:
    """The endpoint failed: the reconciler removes it and makes it again."""
    with traveller.losing("reconcile"):
        _fail_endpoint(traveller)
        _restored(traveller, champion_of(traveller))


def taken_back(traveller: Traveller) -> None:
    """A run fails whose model is on the endpoint already: fail_run puts the champion back."""
    champion = champion_of(traveller)
    with traveller.losing("reconcile", "training-failed", "model-trained"):
        run_id = _on_the_endpoint(traveller, champion)
        _failed_by_hand(traveller, run_id)
        _settled(traveller, champion)


def taken_back_without_endpoint(traveller: Traveller) -> None:
    """The same, where the endpoint is gone."""
    champion = champion_of(traveller)
    with traveller.losing("reconcile", "training-failed", "model-trained"):
        run_id = _on_the_endpoint(traveller, champion)
        delete_endpoint(traveller)
        _failed_by_hand(traveller, run_id)
        _settled(traveller, champion)


def taken_back_over_a_failed_endpoint(traveller: Traveller) -> None:
    """The same, where the endpoint failed."""
    champion = champion_of(traveller)
    with traveller.losing("reconcile", "training-failed", "model-trained"):
        run_id = _on_the_endpoint(traveller, champion)
        _fail_endpoint(traveller)
        _failed_by_hand(traveller, run_id)
        _settled(traveller, champion)


def taken_back_with_its_trial(traveller: Traveller) -> None:
    """A run fails, by fail_run or by the reconciler, while its trial endpoint still stands."""
    champion = champion_of(traveller)
    with traveller.losing("reconcile", "training-failed", "model-trained"):
        run_id = _on_the_endpoint(traveller, champion)
        _make_trial(traveller, champion)
        _failed_by_hand(traveller, run_id)
        other = Traveller(traveller.stage, f"{traveller.name}too", traveller.patience)
        run_id = _on_the_endpoint(other, champion)
        _make_trial(traveller, champion)
        traveller.ledger.extend(run_id, later(-3600))
        _restored(traveller, champion)


def judged_too_late(traveller: Traveller) -> None:
    """A candidate's turn comes when its run has ended: it must not keep the others waiting."""
    run_id = next(run.run_id for run in traveller.ledger.runs() if run.ended)
    event = json.dumps({"run_id": run_id, "attempt_id": run_id}).encode()
    traveller.stage.invoke("judge-candidate", event)


def shares(traveller: Traveller) -> None:
    """Who answers which part of the requests is asked for."""
    traveller.invoke("share-traffic", {})


def scaled(traveller: Traveller) -> None:
    """The endpoint came into service."""
    traveller.invoke("scale-endpoint", {})


def swept(traveller: Traveller) -> None:
    """Nobody asked the endpoint for days: it goes, and somebody is told."""
    with traveller.losing("reconcile"), _champion_since(traveller, later(-400 * 86_400)):
        found = traveller.invoke("sweep-endpoint", {})["found"]
    if found != "deleted":
        raise WentWrong(f"the sweep found the endpoint {found}")


@contextmanager
def _champion_since(traveller: Traveller, since: str) -> Iterator[None]:
    dynamodb = traveller.stage.client("dynamodb")
    table = traveller.stage.account.outputs["LedgerTableName"]
    was = champion_of(traveller).since
    for value in (since, was):
        dynamodb.update_item(
            TableName=table,
            Key={"pk": {"S": "champion"}},
            UpdateExpression="SET since = :at",
            ExpressionAttributeValues={":at": {"S": value}},
        )
        if value == since:
            yield


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


def champion_of(traveller: Traveller) -> Champion:
    """The champion; WentWrong before there is one."""
    champion = traveller.ledger.champion()
    if champion is None:
        raise WentWrong("no journey made a champion")
    return champion


def _drop(traveller: Traveller, behaviour: str) -> str:
    seed = sum(map(ord, traveller.name))
    return traveller.stage.drop(f"{behaviour}-{traveller.name}.csv", uploads.reviews_csv(seed, rows=240))


def _on_the_endpoint(traveller: Traveller, champion: Champion) -> str:
    """A run at RELEASING whose model, the former champion's for want of another, is on the endpoint."""
    run_id = _drop(traveller, "good")
    run = traveller.stands(run_id, At.TRAINING)
    other = champion.previous[0].endpoint_config if champion.previous else champion.endpoint_config
    table = traveller.stage.account.outputs["LedgerTableName"]
    ReleaseLock(table, traveller.stage.client("dynamodb")).acquire(run.attempt_id, 3600)
    traveller.ledger.advance(run_id, 1, [At.TRAINING], At.RELEASING, "by hand", deadline=later(3600))
    traveller.ledger.record(run_id, {"endpoint_config": other})
    _bring(traveller, other)
    return run_id


def _failed_by_hand(traveller: Traveller, run_id: str) -> None:
    event = {"run_id": run_id, "attempt_id": run_id, "reason": "by hand"}

    def step() -> bool | None:
        return traveller.invoke("fail-run", event)["status"] == "done" or None

    traveller.awaited(step, f"fail_run having taken {run_id} back")


def _restored(traveller: Traveller, champion: Champion) -> None:
    table = traveller.stage.account.outputs["LedgerTableName"]
    lock = ReleaseLock(table, traveller.stage.client("dynamodb"))

    def look() -> bool | None:
        # A pass that was denied something in the middle keeps the lease for minutes: let them be over.
        lock.free(DRIFT)
        traveller.reconcile()
        return _runs(traveller, champion.endpoint_config) or None

    traveller.awaited(look, "the champion's way back to the endpoint")


def _settled(traveller: Traveller, champion: Champion) -> None:
    traveller.awaited(lambda: _runs(traveller, champion.endpoint_config) or None, "the champion's way back")


def _runs(traveller: Traveller, config: str) -> bool:
    state = _endpoint(traveller)
    return bool(state and state == ("InService", config))


def _endpoint(traveller: Traveller) -> tuple[str, str] | None:
    """Status and config of the endpoint, None without one."""
    sagemaker, name = traveller.stage.client("sagemaker"), traveller.stage.account.outputs["EndpointName"]
    found = sagemaker.list_endpoints(NameContains=name)["Endpoints"]
    if not any(one["EndpointName"] == name for one in found):
        return None
    state = sagemaker.describe_endpoint(EndpointName=name)
    return state["EndpointStatus"], state.get("EndpointConfigName", "")


def _bring(traveller: Traveller, config: str) -> None:
    sagemaker, name = traveller.stage.client("sagemaker"), traveller.stage.account.outputs["EndpointName"]
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=config)
    traveller.awaited(lambda: _runs(traveller, config) or None, f"{config} on the endpoint")


def delete_endpoint(traveller: Traveller) -> None:
    """Remove the endpoint, if there is one."""
    sagemaker, name = traveller.stage.client("sagemaker"), traveller.stage.account.outputs["EndpointName"]
    with contextlib.suppress(sagemaker.exceptions.ClientError):
        sagemaker.delete_endpoint(EndpointName=name)
    traveller.awaited(lambda: _endpoint(traveller) is None or None, "the end of the endpoint")


def _make_trial(traveller: Traveller, champion: Champion) -> None:
    sagemaker = traveller.stage.client("sagemaker")
    name = f"{traveller.stage.account.outputs['EndpointName']}-trial"
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=champion.endpoint_config)

    def look() -> bool | None:
        return sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] == "InService" or None

    traveller.awaited(look, "a trial endpoint")


def _fail_endpoint(traveller: Traveller) -> None:
    """Put an endpoint in place whose model does not start: that of a candidate that failed its trial."""
    delete_endpoint(traveller)
    sagemaker, name = traveller.stage.client("sagemaker"), traveller.stage.account.outputs["EndpointName"]
    configs = sagemaker.list_endpoint_configs(NameContains="unstartable")["EndpointConfigs"]
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=configs[0]["EndpointConfigName"])

    def look() -> bool | None:
        state = _endpoint(traveller)
        return (state is not None and state[0] == "Failed") or None

    traveller.awaited(look, "an endpoint that failed")
