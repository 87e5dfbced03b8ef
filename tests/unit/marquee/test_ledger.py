"""The ledger moves a run exactly once per change, whatever is delivered."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from marquee.clock import later
from marquee.ledger import RUNNING, Champion, Ledger, Promotion, Run, RunNotFound, Stage, Upload, Work
from marquee.ledger.release_lock import ReleaseLock
from marquee.ledger.table import Table

RUN = Run(
    "reviews-0123456789",
    Upload("raw-bucket", "raw/reviews.csv", "abc", 1234, "0A"),
    created_at="2026-11-22T10:00:00.000Z",
    updated_at="2026-11-22T10:00:00.000Z",
    deadline="2026-11-22T10:15:00.000Z",
)
CHAMPION = Champion(RUN.run_id, RUN.run_id, "1", "marquee-test-config", 0.91, "2026-11-22T11:00:00.000Z")


def test_a_run_is_created_once(ledger: Ledger) -> None:
    assert ledger.create(RUN)
    assert not ledger.create(replace(RUN, stage=Stage.LIVE))
    run = ledger.get(RUN.run_id)
    known = replace(RUN, began_at=RUN.created_at, opened_at=RUN.created_at, work={"1-RECEIVED": Work()})
    assert run == known


def test_a_run_that_is_not_there_says_so(ledger: Ledger) -> None:
    with pytest.raises(RunNotFound, match="no run 'nothing'"):
        ledger.get("nothing")
    assert not ledger.record(RUN, {"rows": 1})


def test_only_the_first_of_two_equal_changes_moves_a_run(ledger: Ledger) -> None:
    ledger.create(RUN)
    deadline = later(60)
    moved = [
        ledger.advance(
            RUN.run_id, 1, [Stage.RECEIVED], Stage.PREPARING, "start_etl", event_id="e-1", deadline=deadline
        )
        for _ in range(2)
    ]
    assert moved == [True, False]
    run = ledger.get(RUN.run_id)
    assert (run.stage, run.deadline, len(run.history)) == (Stage.PREPARING, deadline, 1)
    assert (run.history[0].cause, run.history[0].event_id) == ("start_etl", "e-1")


def test_a_late_event_of_an_older_attempt_moves_nothing(ledger: Ledger) -> None:
    ledger.create(replace(RUN, stage=Stage.FAILED, facts={"rows": 3}, reason="it broke"))
    assert ledger.begin_attempt(ledger.get(RUN.run_id), "rerun", later(60))
    assert not ledger.advance(RUN.run_id, 1, RUNNING, Stage.FAILED, "a late event")
    run = ledger.get(RUN.run_id)
    assert (run.attempt_id, run.stage, run.facts, run.reason) == ("reviews-0123456789-2", "RECEIVED", {}, "")


def test_a_step_that_outlived_its_attempt_tells_the_next_nothing(ledger: Ledger) -> None:
    ledger.create(replace(RUN, stage=Stage.FAILED))
    outlived = ledger.get(RUN.run_id)
    assert ledger.begin_attempt(outlived, "rerun", later(60))

    assert not ledger.record(outlived, {"trial_status": "passed"})
    assert ledger.get(RUN.run_id).facts == {}


def test_two_reruns_at_once_begin_one_attempt(ledger: Ledger) -> None:
    ledger.create(replace(RUN, stage=Stage.REJECTED))
    seen_by_both = ledger.get(RUN.run_id)
    assert [ledger.begin_attempt(seen_by_both, "rerun", later(60)) for _ in range(2)] == [True, False]


def test_a_run_under_way_is_not_begun_again(ledger: Ledger) -> None:
    ledger.create(RUN)
    assert not ledger.begin_attempt(RUN, "rerun", later(60))


def test_facts_keep_their_types_and_merge(ledger: Ledger) -> None:
    ledger.create(RUN)
    ledger.record(RUN, {"accuracy": 0.9187, "rows": 50_000, "auc": float("nan"), "name": "a"})
    ledger.advance(RUN.run_id, 1, RUNNING, Stage.TRAINING, "test", facts={"name": "b", "loss": 1.0})
    facts = ledger.get(RUN.run_id).facts
    assert facts == {"accuracy": 0.9187, "rows": 50_000, "auc": None, "name": "b", "loss": 1.0}
    assert isinstance(facts["rows"], int)


def test_runs_come_newest_first(ledger: Ledger) -> None:
    for hour in ("08", "12", "10"):
        ledger.create(replace(RUN, run_id=f"r{hour}-0123456789", created_at=f"2026-11-22T{hour}:00:00.000Z"))
    assert [run.run_id[:3] for run in ledger.runs(2)] == ["r12", "r10"]


def promote(ledger: Ledger, champion: Champion, replaces: str | None) -> bool:
    promotion = Promotion(champion, replaces)
    return ledger.advance(champion.run_id, 1, [Stage.RELEASING], Stage.LIVE, "test", promotion=promotion)


def test_a_champion_is_replaced_only_by_who_saw_it(ledger: Ledger) -> None:
    other = "other-0123456789"
    second = replace(CHAMPION, run_id=other, attempt_id=other, version="2")
    for run_id in (RUN.run_id, other):
        ledger.create(replace(RUN, run_id=run_id, stage=Stage.RELEASING))
    assert ledger.champion() is None
    assert promote(ledger, CHAMPION, None)
    assert not promote(ledger, second, None)
    assert ledger.get(other).stage == Stage.RELEASING, "neither of the two is written"
    assert promote(ledger, second, "1")
    assert ledger.get(other).stage == Stage.LIVE
    assert not promote(ledger, CHAMPION, "2"), "its run is not being released any more"
    assert ledger.champion() == second


def test_a_notice_is_claimed_once_and_again_only_when_its_sender_died(ledger: Ledger) -> None:
    ledger.create(RUN)
    assert ledger.claim_notice(RUN.run_id, "1-live", lease_seconds=60)
    assert not ledger.claim_notice(RUN.run_id, "1-live", lease_seconds=60)
    assert ledger.claim_notice(RUN.run_id, "1-live", lease_seconds=-1), "the claim is older than the lease"
    ledger.notice_sent(RUN.run_id, "1-live")
    assert not ledger.claim_notice(RUN.run_id, "1-live", lease_seconds=-1)
    assert ledger.claim_notice(RUN.run_id, "2-live", lease_seconds=60)


def test_a_notice_that_failed_is_claimed_at_once_and_a_sent_one_never(ledger: Ledger) -> None:
    ledger.create(RUN)
    assert ledger.claim_notice(RUN.run_id, "1-live", lease_seconds=60)
    ledger.release_notice(RUN.run_id, "1-live")
    assert ledger.claim_notice(RUN.run_id, "1-live", lease_seconds=60)
    ledger.notice_sent(RUN.run_id, "1-live")
    ledger.release_notice(RUN.run_id, "1-live")
    assert not ledger.claim_notice(RUN.run_id, "1-live", lease_seconds=60)


def test_a_record_that_is_throttled_for_good_is_asked_for_once_more(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.create(RUN)
    assert ledger.claim_notice(RUN.run_id, "1-live", lease_seconds=60)
    update, refusals = Table.update, iter([True])

    def refused_once(table: Table, *asked: Any) -> bool:
        if next(refusals, False):
            code: Any = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "Slow down."}}
            raise ClientError(code, "UpdateItem")
        return update(table, *asked)

    monkeypatch.setattr(Table, "update", refused_once)
    ledger.notice_sent(RUN.run_id, "1-live")
    assert not ledger.claim_notice(RUN.run_id, "1-live", lease_seconds=-1), "it would be sent again"


def test_one_release_at_a_time(table: str) -> None:
    lock = ReleaseLock(table)
    assert lock.acquire("a", 60)
    assert lock.acquire("a", 60), "the holder renews"
    assert not lock.acquire("b", 60)
    lock.free("b")
    assert not lock.acquire("b", 60), "only the holder gives back"
    lock.free("a")
    assert lock.acquire("b", -1)
    assert lock.acquire("a", 60), "an expired lease is free"
