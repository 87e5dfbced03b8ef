"""Each promise, broken on purpose, is noticed."""

from collections import Counter
from dataclasses import replace

import pytest

from chaos.findings import Evidence
from chaos.invariants import broken
from chaos.journeys import BATCH, GOOD, TRAINING_FAILS, TWICE, Journey
from chaos.trial import Flight
from chaos.uploads import batch_csv
from marquee.batches import Batch, BatchStage
from marquee.ledger import Champion, Change, Run, Stage, Upload

AT = "2026-01-01T00:00:00.000Z"
RUN = "good-1-0123456789"
NAME = f"marquee-local-{RUN}"


def flight(journey: Journey = GOOD) -> Flight:
    return Flight("a wave", journey, "raw/good-1.csv", RUN)


def run(stage: Stage = Stage.LIVE, *more: str) -> Run:
    passed = ("RECEIVED", "PREPARING", "TRAINING", "JUDGING", "RELEASING", *more, str(stage))
    history = tuple(Change(name, AT, "test") for name in passed)
    upload = Upload("raw", "raw/good-1.csv", "etag")
    return Run(RUN, upload, AT, AT, stage=stage, facts={"outcome": stage.lower()}, history=history)


def notice(outcome: str) -> dict[str, str]:
    return {"run_id": RUN, "outcome": outcome, "text": ""}


def healthy() -> Evidence:
    return Evidence(
        runs={RUN: run()},
        champion=Champion(RUN, RUN, "1", NAME, 1.0, AT),
        endpoints={"marquee-local": ("InService", NAME)},
        etl_runs=Counter({RUN: 1}),
        training_jobs=Counter({NAME: 1}),
        packages=Counter({f"Attempt {RUN}": 1}),
        notices={"m-1": notice("live")},
    )


def said(evidence: Evidence, journey: Journey = GOOD) -> str:
    return " / ".join(found.sentence for found in broken(evidence, [flight(journey)], frozenset()))


def test_a_stage_on_which_all_is_well_keeps_every_promise() -> None:
    assert said(healthy()) == ""


BROKEN = {
    "its run is lost": (replace(healthy(), runs={}), "the upload was lost"),
    "its run is stuck": (replace(healthy(), runs={RUN: run(Stage.RELEASING)}), "stuck at RELEASING"),
    "it ended otherwise": (replace(healthy(), runs={RUN: run(Stage.FAILED)}), "ended failed, not live"),
    "a stage is entered twice": (replace(healthy(), runs={RUN: run(Stage.LIVE, "TRAINING")}), "TRAINING 2"),
    "two Glue runs": (replace(healthy(), etl_runs=Counter({RUN: 2})), "Glue job runs: 2, not 1"),
    "no training job": (replace(healthy(), training_jobs=Counter()), "training jobs: 0, not 1"),
    "released twice": (
        replace(healthy(), packages=Counter({f"Attempt {RUN}": 2})),
        "model versions registered of good-1-0123456789: 2, not 1",
    ),
    "live without a version": (replace(healthy(), packages=Counter()), "no version of the model registry"),
    "a job run of nobody": (
        replace(healthy(), etl_runs=Counter({RUN: 1, "x": 1})),
        "Glue job run of nobody: x",
    ),
    "a training job of nobody": (
        replace(healthy(), training_jobs=Counter({NAME: 1, f"{NAME}-2": 1})),
        f"training job of nobody: {NAME}-2",
    ),
    "a transform job of nobody": (
        replace(healthy(), transform_jobs=Counter({"x": 1})),
        "transform job of nobody: x",
    ),
    "nobody told": (replace(healthy(), notices={}), "it is live: 0, not 1"),
    "told twice": (
        replace(healthy(), notices={"m-1": notice("live"), "m-2": notice("live")}),
        "it is live: 2, not 1",
    ),
    "told of what did not happen": (
        replace(healthy(), notices={"m-1": notice("live"), "m-2": notice("failed")}),
        "it is failed: 1, not 0",
    ),
    "a lease held": (replace(healthy(), lease=RUN), "lease is still held"),
    "an execution running": (replace(healthy(), executions=[RUN]), "still runs"),
    "an endpoint left": (
        replace(healthy(), endpoints={**healthy().endpoints, "marquee-local-trial": ("InService", "x")}),
        "marquee-local-trial was left behind",
    ),
    "another config served": (
        replace(healthy(), endpoints={"marquee-local": ("InService", "other")}),
        "is InService on other",
    ),
    "no endpoint": (replace(healthy(), endpoints={}), "is absent on"),
    "a dead letter": (replace(healthy(), dead_letters={"m": "{}"}), "a dead letter"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_promise_is_noticed(case: str) -> None:
    evidence, words = BROKEN[case]

    assert words in said(evidence)


def test_a_file_dropped_twice_has_one_notice_that_says_so() -> None:
    told = replace(healthy(), notices={"m-1": notice("live"), "m-2": notice("duplicate")})

    assert said(told, TWICE) == ""
    assert "duplicate: 0, not 1" in said(healthy(), TWICE)


def test_a_rollback_is_told_once_and_only_if_somebody_asked_for_it() -> None:
    told = replace(healthy(), notices={"m-1": notice("live"), "m-2": notice("rolled_back")})

    assert broken(told, [flight(GOOD)], frozenset(), {RUN: 1}) == []
    assert "rolled_back: 1, not 0" in said(told)


def test_a_good_model_may_be_rejected_for_the_age_of_its_upload_only() -> None:
    old = replace(run(Stage.REJECTED), reason="The champion was made of a newer upload.")
    bad = replace(old, reason="It gets 10% right.")
    told = {"m-1": notice("rejected")}

    assert "not for its age" in said(replace(healthy(), runs={RUN: bad}, notices=told))
    assert "not for its age" not in said(replace(healthy(), runs={RUN: old}, notices=told))


def test_a_model_rejected_for_its_age_must_be_older_than_one_that_went_live() -> None:
    old = replace(run(Stage.REJECTED), reason="The champion was made of a newer upload.", began_at=AT)
    newer = replace(run(), run_id="newer-1-0123456789", began_at="2026-01-02T00:00:00.000Z")
    told = {"m-1": notice("rejected")}

    alone = said(replace(healthy(), runs={RUN: old}, notices=told))
    assert "no newer one went live" in alone
    both = said(replace(healthy(), runs={RUN: old, newer.run_id: newer}, notices=told))
    assert "no newer one went live" not in both


def test_an_older_model_that_replaced_a_newer_one_is_noticed() -> None:
    def live(name: str, began_at: str, at: str) -> Run:
        return replace(run(), run_id=name, began_at=began_at, history=(Change("LIVE", at, "test"),))

    runs = {"a": live("a", "2026-01-02", "2026-01-03"), "b": live("b", "2026-01-01", "2026-01-04")}

    assert "replaced a champion of a newer upload" in said(replace(healthy(), runs=runs))


def test_a_notice_too_many_is_a_repeat_of_that_notice_alone() -> None:
    twice = {"m-1": notice("live"), "m-2": notice("live"), "m-3": notice("failed")}

    found = broken(replace(healthy(), notices=twice), [flight()], frozenset())

    assert {(one.notice, one.repeated) for one in found} == {(f"live {RUN}", 1), (f"failed {RUN}", 0)}


def test_what_a_batch_predicted_is_compared_with_what_was_dropped() -> None:
    upload = Upload("batch", "batch/in/b.csv", "etag")
    batch = Batch("b-1", upload, AT, AT, "", stage=BatchStage.DONE, output_key="batch/out/b.csv")
    content = batch_csv(1)
    predicted = b"id,review,label\n" + b"".join(
        line + b",positive\n" for line in content.replace(b"\r\n", b"\n").splitlines()[1:]
    )
    evidence = Evidence(
        batches={upload.key: batch},
        transform_jobs=Counter({"marquee-local-b-1": 1}),
        predictions={"b-1": predicted},
        notices={"m-1": {"run_id": "b-1", "outcome": "batch_done", "text": ""}},
    )
    dropped = [Flight("a wave", BATCH, upload.key, "", content)]

    assert broken(evidence, dropped, frozenset()) == []
    other = [replace(dropped[0], content=batch_csv(2))]
    assert "of other rows" in broken(evidence, other, frozenset())[0].sentence


def test_a_run_that_nobody_dropped_a_file_for_is_noticed() -> None:
    stranger = replace(run(), run_id="other-1-0123456789")

    assert "nobody dropped" in said(replace(healthy(), runs={RUN: run(), stranger.run_id: stranger}))


def test_a_run_that_was_to_be_run_again_and_was_not_is_noticed() -> None:
    evidence = replace(healthy(), runs={RUN: run(Stage.FAILED)}, notices={"m-1": notice("failed")})

    assert "attempt 1, not 2" in said(evidence, replace(TRAINING_FAILS, reruns=1))


def test_a_repeat_whose_event_was_lost_is_nobodys_to_tell() -> None:
    unheard = {"raw/good-1.csv": 1}
    assert broken(healthy(), [flight(TWICE)], frozenset(), {}, unheard) == []
