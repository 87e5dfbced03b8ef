"""Runs that fail with a model, or a trial, on an endpoint: it goes, and the champion comes back."""

import json

from chaos.permissions.served import (
    bring,
    champion_of,
    delete_endpoint,
    fail_endpoint,
    has_trial,
    make_trial,
    restored,
    runs,
)
from chaos.permissions.traveller import Traveller
from marquee.clock import later
from marquee.ledger import Champion
from marquee.ledger import Stage as At
from marquee.ledger.release_lock import ReleaseLock


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
        fail_endpoint(traveller)
        _failed_by_hand(traveller, run_id)
        _settled(traveller, champion)


def taken_back_with_its_trial(traveller: Traveller) -> None:
    """A run fails, by fail_run or by the reconciler, while its trial endpoint still stands."""
    champion = champion_of(traveller)
    with traveller.losing("reconcile", "training-failed", "model-trained"):
        run_id = _on_the_endpoint(traveller, champion)
        make_trial(traveller, champion)
        _failed_by_hand(traveller, run_id)
        other = traveller.named(f"{traveller.name}too")
        run_id = _on_the_endpoint(other, champion)
        make_trial(traveller, champion)
        traveller.past_deadline(run_id)
        restored(traveller, champion)


def trial_left_behind(traveller: Traveller) -> None:
    """A trial endpoint stands that no release is about: the reconciler removes it."""
    champion = champion_of(traveller)

    def look() -> bool | None:
        traveller.reconcile()
        return not has_trial(traveller) or None

    with traveller.losing("reconcile"):
        make_trial(traveller, champion)
        traveller.awaited(look, "the end of a trial endpoint that nobody needs")


def judged_too_late(traveller: Traveller) -> None:
    """A candidate's turn comes when its run has ended: it must not keep the others waiting."""
    run_id = next(run.run_id for run in traveller.ledger.runs() if run.ended)
    event = json.dumps({"run_id": run_id, "attempt_id": run_id}).encode()
    traveller.stage.invoke("judge-candidate", event)


def _on_the_endpoint(traveller: Traveller, champion: Champion) -> str:
    """A run at RELEASING whose model, the former champion's for want of another, is on the endpoint."""
    run_id = traveller.drop("good")
    run = traveller.stands(run_id, At.TRAINING)
    other = champion.previous[0].endpoint_config if champion.previous else champion.endpoint_config
    table = traveller.stage.account.outputs["LedgerTableName"]
    ReleaseLock(table, traveller.stage.client("dynamodb")).acquire(run.attempt_id, 3600)
    traveller.ledger.advance(run_id, 1, [At.TRAINING], At.RELEASING, "by hand", deadline=later(3600))
    traveller.ledger.record(run, {"endpoint_config": other})
    bring(traveller, other)
    return run_id


def _failed_by_hand(traveller: Traveller, run_id: str) -> None:
    event = {"run_id": run_id, "attempt_id": run_id, "reason": "by hand"}

    def step() -> bool | None:
        return traveller.invoke("fail-run", event)["status"] == "done" or None

    traveller.awaited(step, f"fail_run having taken {run_id} back")


def _settled(traveller: Traveller, champion: Champion) -> None:
    traveller.awaited(lambda: runs(traveller, champion.endpoint_config) or None, "the champion's way back")
