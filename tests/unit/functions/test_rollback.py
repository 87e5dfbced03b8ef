"""Earlier champions: kept, brought back in one command, and deleted when they are three releases old."""

from dataclasses import replace
from typing import Any

import pytest

from marquee import clients
from marquee.clock import later
from marquee.ledger import Champion, Stage
from marquee.releases.champions import before, kept
from tests.unit.functions.conftest import GOOD_CSV, Pipeline, training_event
from tests.unit.marquee.doubles import LambdaDouble, Refused


def release(pipeline: Pipeline, number: int) -> str:
    """Take the nth, a little better, upload live; its run."""
    content = GOOD_CSV + b"fine %d,pos\n" % (1000 + number)
    run = pipeline.go_live(accuracy=0.9 + number / 100, content=content, key=f"raw/r{number}.csv")
    assert run.stage == Stage.LIVE, run.reason
    return run.run_id


@pytest.fixture
def champions(pipeline: Pipeline) -> list[str]:
    """The runs of three champions, version 3 answering."""
    return [pipeline.crown(accuracy) for accuracy in (0.9, 0.91, 0.92)]


def champion(pipeline: Pipeline) -> Champion:
    found = pipeline.ledger.champion()
    assert found
    return found


def roll_back(pipeline: Pipeline, version: str, silently_back: bool = False) -> dict[str, Any]:
    """Call the function until it says how it ended, and be SageMaker."""
    while (step := pipeline.call("roll_back", {"version": version}))["status"] == "updating":
        pipeline.sagemaker.settle(roll_back=silently_back)
    return step


def running(pipeline: Pipeline) -> str:
    assert pipeline.sagemaker.endpoint
    return str(pipeline.sagemaker.endpoint["EndpointConfigName"])


def test_one_command_brings_a_version_back_and_says_so_once(pipeline: Pipeline, champions: list[str]) -> None:
    for _ in range(2):
        assert roll_back(pipeline, "1")["status"] == "done"
    assert running(pipeline) == f"marquee-dev-{champions[0]}"
    assert (champion(pipeline).version, champion(pipeline).run_id) == ("1", champions[0])
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], "instead of version 3" in notice["text"]) == ("rolled_back", True)


def test_the_version_before_is_the_last_one_nobody_withdrew(pipeline: Pipeline, champions: list[str]) -> None:
    answering = []
    while target := before(champion(pipeline)):
        roll_back(pipeline, target.version)
        answering.append(target.version)
    assert answering == ["2", "1"]
    roll_back(pipeline, "3")
    assert [one.version for one in kept(champion(pipeline))] == ["3", "1", "2"]


def test_only_the_last_three_keep_model_and_config(pipeline: Pipeline, champions: list[str]) -> None:
    fourth = release(pipeline, 3)
    left = {f"marquee-dev-{run_id}" for run_id in (*champions[1:], fourth)}
    assert set(pipeline.sagemaker.configs) == set(pipeline.sagemaker.models) == left
    assert len(pipeline.sagemaker.packages) == 4
    with pytest.raises(Exception, match="version 1 cannot be brought back: what is kept is 4, 3, 2"):
        pipeline.call("roll_back", {"version": "1"})


def test_a_death_while_deleting_is_made_good_by_the_next_release(
    pipeline: Pipeline, champions: list[str]
) -> None:
    pipeline.sagemaker.refuse_next["DeleteModel"] = Refused("InternalFailure", "try later")
    with pytest.raises(Exception, match="try later"):
        release(pipeline, 3)
    step = {"run_id": champion(pipeline).run_id, "attempt_id": champion(pipeline).attempt_id}
    pipeline.call("promote_model", step)
    assert f"marquee-dev-{champions[0]}" not in pipeline.sagemaker.models
    assert len(champion(pipeline).previous) == 2


def test_a_rollback_that_sagemaker_takes_back_fails_and_the_champion_stays(
    pipeline: Pipeline, champions: list[str]
) -> None:
    step = roll_back(pipeline, "2", silently_back=True)
    assert (step["status"], "took the update back" in step["reason"]) == ("failed", True)
    assert (champion(pipeline).version, running(pipeline)) == ("3", f"marquee-dev-{champions[2]}")
    (notice,) = pipeline.inbox()
    assert notice["outcome"] == "rollback_failed"
    assert roll_back(pipeline, "2")["status"] == "done"  # the second try is a new one


def test_a_version_that_does_not_answer_well_is_not_promoted(
    pipeline: Pipeline, champions: list[str]
) -> None:
    pipeline.sagemaker.answers[f"marquee-dev-{champions[1]}"] = lambda _: {"positive": 0.1, "negative": 0.9}
    assert "misreads" in roll_back(pipeline, "2")["reason"]
    assert champion(pipeline).version == "3"
    pipeline.sagemaker.settle()
    assert running(pipeline) == f"marquee-dev-{champions[2]}"


def test_what_its_caller_left_the_reconciler_finishes(pipeline: Pipeline, champions: list[str]) -> None:
    pipeline.call("roll_back", {"version": "2"})
    pipeline.sagemaker.settle()
    with LambdaDouble().answering(clients.functions()) as functions:
        pipeline.call("reconcile", {"quiet_seconds": 0})
        assert functions.sent == [("roll_back", {"version": "2", "resume": True})]
    assert pipeline.call(*functions.sent[0])["status"] == "done"
    assert champion(pipeline).version == "2"


def test_a_rollback_waits_for_a_release_and_a_release_for_a_rollback(
    pipeline: Pipeline, champions: list[str]
) -> None:
    step = pipeline.receive(content=GOOD_CSV + b"fine 77,pos\n")
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    pipeline.call("roll_back", {"version": "2"})
    assert pipeline.call("judge_candidate", step)["status"] == "waiting"
    pipeline.sagemaker.settle()
    roll_back(pipeline, "2")
    assert pipeline.call("judge_candidate", step)["status"] == "judged"
    waiting = pipeline.call("roll_back", {"version": "1"})
    assert (waiting["status"], step["attempt_id"] in waiting["reason"]) == ("waiting", True)


def test_an_older_upload_never_replaces_a_newer_champion(pipeline: Pipeline) -> None:
    old = pipeline.receive(content=GOOD_CSV + b"fine 50,pos\n", key="raw/old.csv")
    newer = pipeline.crown(0.9)
    pipeline.call("start_release", training_event(pipeline.train(old), "completed"))
    pipeline.release(old)
    run = pipeline.ledger.get(old["run_id"])
    assert (run.stage, "made of a newer upload" in run.reason) == (Stage.REJECTED, True)
    assert champion(pipeline).run_id == newer


def test_a_rerun_on_purpose_counts_as_new(pipeline: Pipeline) -> None:
    old = pipeline.go_live(accuracy=0.9, content=GOOD_CSV + b"fine 50,pos\n", key="raw/old.csv")
    pipeline.crown(0.95)
    again = pipeline.call("rerun", {"run_id": old.run_id})
    pipeline.call("start_release", training_event(pipeline.train(again), "completed"))
    pipeline.release(again)
    assert champion(pipeline).attempt_id == again["attempt_id"]


def test_every_failure_to_verify_the_champion_itself_is_told(
    pipeline: Pipeline, champions: list[str]
) -> None:
    pipeline.sagemaker.answers[f"marquee-dev-{champions[2]}"] = lambda _: {"positive": 0.1, "negative": 0.9}
    for _ in range(2):  # the endpoint runs it, so nobody asks for anything
        assert pipeline.call("roll_back", {"version": "3"})["status"] == "failed"
    assert [notice["outcome"] for notice in pipeline.inbox()] == ["rollback_failed"] * 2


def test_a_rollback_that_sagemaker_refuses_for_hours_gives_the_lease_back(
    pipeline: Pipeline, champions: list[str]
) -> None:
    pipeline.sagemaker.refuse_next["UpdateEndpoint"] = Refused("ValidationException", "no such role")
    with pytest.raises(Exception, match="no such role"):
        pipeline.call("roll_back", {"version": "2"})
    asked = champion(pipeline)
    long_ago = replace(asked, asked_at=later(-4 * 3600))
    assert pipeline.ledger.replace_champion(long_ago, asked)
    assert pipeline.call("roll_back", {"version": "2"})["status"] == "failed"
    assert [notice["outcome"] for notice in pipeline.inbox()] == ["rollback_failed"]
    assert pipeline.call("roll_back", {"version": "1"})["status"] == "updating"


def test_a_pass_that_died_while_mending_holds_up_nobody(pipeline: Pipeline, champions: list[str]) -> None:
    assert pipeline.sagemaker.endpoint
    pipeline.sagemaker.endpoint["EndpointConfigName"] = f"marquee-dev-{champions[0]}"
    pipeline.sagemaker.refuse_next["UpdateEndpoint"] = Refused("AccessDeniedException", "not allowed")
    with pytest.raises(ExceptionGroup):
        pipeline.call("reconcile", {"quiet_seconds": 0})
    for _ in range(2):
        pipeline.call("reconcile", {"quiet_seconds": 0})
        pipeline.sagemaker.settle()
    assert running(pipeline) == f"marquee-dev-{champions[2]}"
    assert roll_back(pipeline, "2")["status"] == "done"


def test_an_endpoint_that_failed_is_deleted_and_made_again(pipeline: Pipeline, champions: list[str]) -> None:
    assert pipeline.sagemaker.endpoint
    pipeline.sagemaker.endpoint["EndpointStatus"] = "Failed"
    pipeline.call("reconcile", {"quiet_seconds": 0})
    assert pipeline.sagemaker.endpoint is None
    for _ in range(2):
        pipeline.call("reconcile", {"quiet_seconds": 0})
        pipeline.sagemaker.settle()
    assert running(pipeline) == f"marquee-dev-{champions[2]}"
    assert [notice["outcome"] for notice in pipeline.inbox()] == ["drift"]
    assert roll_back(pipeline, "2")["status"] == "done"


def test_an_endpoint_deleted_by_hand_stays_deleted_and_is_told_of(
    pipeline: Pipeline, champions: list[str]
) -> None:
    pipeline.sagemaker.endpoint = None
    for _ in range(2):
        pipeline.call("reconcile", {"quiet_seconds": 0})
    assert pipeline.sagemaker.endpoint is None
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], "marquee rollback 3" in notice["text"]) == ("drift", True)
    assert roll_back(pipeline, "3")["status"] == "done"
    assert running(pipeline) == f"marquee-dev-{champions[2]}"


def test_an_endpoint_changed_behind_the_ledgers_back_is_put_back(
    pipeline: Pipeline, champions: list[str]
) -> None:
    assert pipeline.sagemaker.endpoint
    pipeline.sagemaker.endpoint["EndpointConfigName"] = f"marquee-dev-{champions[0]}"
    for _ in range(2):
        pipeline.call("reconcile", {"quiet_seconds": 0})
    pipeline.sagemaker.settle()
    assert running(pipeline) == f"marquee-dev-{champions[2]}"
    (notice,) = pipeline.inbox()
    assert notice["outcome"] == "drift"
