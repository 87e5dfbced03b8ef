"""Single steps in the situations a straight run does not meet."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from marquee import clients, names
from marquee.ledger import Stage
from marquee.ledger.release_lock import ReleaseLock
from marquee.stages import RunMoved
from tests.unit.functions.conftest import Pipeline, etl_event, golden, put_archive, training_event
from tests.unit.marquee.doubles import Refused, refusing

LIMIT = (
    "The account-level service limit 'ml.m5.xlarge for training job usage' is {} Instances, with current "
    "utilization of {} Instances and a request delta of 1 Instances."
)


@pytest.fixture
def step(pipeline: Pipeline) -> dict[str, str]:
    """A run that passed its trial and is about to be deployed."""
    step = pipeline.receive()
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    pipeline.call("judge_candidate", step)
    pipeline.call("register_model", step)
    assert pipeline.tried(step)["status"] == "passed"
    return step


def in_use(pipeline: Pipeline, status: str) -> None:
    pipeline.sagemaker.endpoint = {"EndpointStatus": status, "EndpointConfigName": "another"}


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack"])
def test_an_endpoint_at_work_on_something_else_is_waited_for(
    pipeline: Pipeline, step: dict[str, str], status: str
) -> None:
    in_use(pipeline, status)
    assert pipeline.call("deploy_model", step)["status"] == "waiting"
    in_use(pipeline, "InService")
    assert pipeline.call("deploy_model", step)["status"] == "updating"


def test_a_failed_endpoint_is_made_anew(pipeline: Pipeline, step: dict[str, str]) -> None:
    in_use(pipeline, "Failed")
    assert pipeline.call("deploy_model", step)["status"] == "waiting"
    assert pipeline.call("deploy_model", step)["status"] == "updating"
    assert pipeline.sagemaker.endpoint
    assert pipeline.sagemaker.endpoint["EndpointConfigName"] == f"marquee-dev-{step['attempt_id']}"


def test_a_candidate_that_cannot_start_fails_with_its_own_words(
    pipeline: Pipeline, step: dict[str, str]
) -> None:
    pipeline.call("deploy_model", step)
    assert pipeline.sagemaker.endpoint
    pipeline.sagemaker.endpoint |= {"EndpointStatus": "Failed", "FailureReason": "did not pass the ping"}
    assert pipeline.call("deploy_model", step)["status"] == "done"
    found = pipeline.call("verify_endpoint", step)
    assert (found["status"], "did not pass the ping" in found["reason"]) == ("failed", True)


def test_a_candidate_that_crashes_when_asked_fails(pipeline: Pipeline, step: dict[str, str]) -> None:
    pipeline.call("deploy_model", step)
    pipeline.sagemaker.settle()
    refusal = Refused("ModelError", "Received server error (500) from primary")
    pipeline.sagemaker.refuse_next["InvokeEndpoint"] = refusal
    found = pipeline.call("verify_endpoint", step)
    assert (found["status"], "server error (500)" in found["reason"]) == ("failed", True)


NOT_YET = Refused("ModelNotReadyException", "The model is not ready")


def test_a_candidate_that_is_still_starting_is_asked_again(pipeline: Pipeline, step: dict[str, str]) -> None:
    pipeline.call("deploy_model", step)
    pipeline.sagemaker.settle()
    pipeline.sagemaker.refuse_next["InvokeEndpoint"] = NOT_YET
    assert pipeline.call("verify_endpoint", step)["status"] == "updating"
    assert pipeline.call("verify_endpoint", step)["status"] == "verified"


def test_a_candidate_that_never_starts_fails(pipeline: Pipeline, step: dict[str, str]) -> None:
    pipeline.call("deploy_model", step)
    pipeline.sagemaker.settle()
    assert pipeline.sagemaker.endpoint
    pipeline.sagemaker.endpoint |= {"LastModifiedTime": datetime.now(UTC) - timedelta(minutes=11)}
    pipeline.sagemaker.refuse_next["InvokeEndpoint"] = NOT_YET
    found = pipeline.call("verify_endpoint", step)
    assert (found["status"], "is not ready" in found["reason"]) == ("failed", True)


def test_the_model_knows_its_version_and_the_registry_its_figures(
    pipeline: Pipeline, step: dict[str, str]
) -> None:
    model = pipeline.sagemaker.models[f"marquee-dev-{step['attempt_id']}"]
    assert model["PrimaryContainer"]["Environment"]["MODEL_VERSION"] == "1"
    (package,) = pipeline.sagemaker.packages
    assert float(package["CustomerMetadataProperties"]["accuracy"]) == 1
    (metrics,) = package["ModelMetrics"]["ModelQuality"].values()
    bucket, _, key = metrics["S3Uri"].removeprefix("s3://").partition("/")
    assert b'"accuracy": 1.0' in clients.s3().get_object(Bucket=bucket, Key=key)["Body"].read()


def test_the_model_serves_only_the_archive_that_was_judged(pipeline: Pipeline, step: dict[str, str]) -> None:
    judged = pipeline.ledger.get(step["run_id"]).facts["model_digest"]
    model = pipeline.sagemaker.models[f"marquee-dev-{step['attempt_id']}"]
    assert model["PrimaryContainer"]["Environment"]["MODEL_DIGEST"] == judged
    assert re.fullmatch("sha256:[0-9a-f]{64}", judged)


def test_an_archive_replaced_between_two_judgements_is_rejected(
    pipeline: Pipeline, step: dict[str, str]
) -> None:
    put_archive(
        names.model_archive_key(f"marquee-dev-{step['attempt_id']}"),
        {"model.json": b"{}", "evaluation.json": b'{"accuracy": 1, "rows": {"test": 100}}'},
    )
    again = pipeline.call("judge_candidate", step)
    assert (again["accepted"], "has replaced it" in again["reasons"][0]) == (False, True)


def test_an_endpoint_of_another_version_is_not_believed(pipeline: Pipeline, step: dict[str, str]) -> None:
    pipeline.call("deploy_model", step)
    pipeline.sagemaker.settle()
    model = pipeline.sagemaker.models[f"marquee-dev-{step['attempt_id']}"]
    model["PrimaryContainer"]["Environment"]["MODEL_VERSION"] = "7"
    assert "answers as version 7, not 1" in pipeline.call("verify_endpoint", step)["reason"]


def test_a_champion_that_changed_since_the_judgement_is_not_replaced(
    pipeline: Pipeline, step: dict[str, str]
) -> None:
    pipeline.call("deploy_model", step)
    pipeline.ledger.record(pipeline.ledger.get(step["run_id"]), {"replaces": "9"})
    with pytest.raises(Exception, match="is not version 9 any more"):
        pipeline.call("promote_model", step)
    assert pipeline.ledger.champion() is None


def test_a_run_failed_in_the_instant_of_its_promotion_is_no_champion(
    pipeline: Pipeline, step: dict[str, str]
) -> None:
    def fail(**_: Any) -> None:
        pipeline.ledger.advance(step["run_id"], 1, [Stage.RELEASING], Stage.FAILED, "somebody was faster")

    pipeline.call("deploy_model", step)
    hook = "before-call.dynamodb.TransactWriteItems", fail
    clients.dynamodb().meta.events.register_first(*hook)
    try:
        with pytest.raises(RunMoved, match="is at FAILED"):
            pipeline.call("promote_model", step)
    finally:
        clients.dynamodb().meta.events.unregister(*hook)
    assert pipeline.ledger.champion() is None
    assert not pipeline.sagemaker.asked("UpdateModelPackage")


def test_a_conflict_with_another_write_is_for_the_retry(pipeline: Pipeline, step: dict[str, str]) -> None:
    pipeline.call("deploy_model", step)
    refusal = Refused("TransactionCanceledException", "[None, TransactionConflict]")
    with refusing(clients.dynamodb(), "TransactWriteItems", refusal), pytest.raises(ClientError):
        pipeline.call("promote_model", step)
    assert pipeline.call("promote_model", step)["stage"] == "LIVE"


def test_a_death_after_the_promotion_ends_live(pipeline: Pipeline, step: dict[str, str]) -> None:
    pipeline.call("deploy_model", step)
    pipeline.sagemaker.settle()
    pipeline.sagemaker.refuse_next["UpdateModelPackage"] = Refused("AccessDeniedException", "not allowed")
    with pytest.raises(Exception, match="not allowed"):
        pipeline.call("promote_model", step)
    error = {"Error": "ClientError", "Cause": "not allowed"}
    assert pipeline.call("fail_run", {**step, "error": error})["stage"] == "LIVE"
    assert [notice["outcome"] for notice in pipeline.inbox()] == ["live"]


@pytest.mark.parametrize("name", ["aborted", "failed", "timed_out"])
def test_a_dead_execution_fails_its_run(pipeline: Pipeline, step: dict[str, str], name: str) -> None:
    event = golden(f"step_functions_execution_{name}")
    event["detail"]["name"] = step["attempt_id"]
    assert pipeline.call("fail_run", event)["stage"] == "FAILED"
    reason = pipeline.ledger.get(step["run_id"]).reason
    assert name.upper() in reason
    assert pipeline.sagemaker.packages[0]["ModelApprovalStatus"] == "Rejected"


def test_an_event_of_a_job_run_started_by_hand_is_nobodys(pipeline: Pipeline) -> None:
    pipeline.glue.StartJobRun("marquee-dev-prepare-dataset", {})
    detail = {"jobName": "marquee-dev-prepare-dataset", "jobRunId": "jr_0", "state": "FAILED"}
    event = {"id": "1", "detail-type": "Glue Job State Change", "detail": detail}
    assert pipeline.call("fail_run", event) == {}
    assert pipeline.call("start_training", event) == {}


def test_a_folder_is_no_run(pipeline: Pipeline) -> None:
    assert pipeline.call("receive_upload", golden("s3_raw_folder_created")) == {}
    assert pipeline.ledger.runs() == []


def test_a_busy_account_leaves_the_job_to_the_reconciler(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    limit = Refused("ResourceLimitExceeded", LIMIT.format(1, 1))
    job_run_id = pipeline.prepare(step)
    pipeline.sagemaker.refuse_next["CreateTrainingJob"] = limit
    detail = {"jobName": "marquee-dev-prepare-dataset", "jobRunId": job_run_id, "state": "SUCCEEDED"}
    pipeline.call("start_training", {"id": "1", "detail-type": "Glue Job State Change", "detail": detail})
    assert not pipeline.sagemaker.jobs
    assert pipeline.call("reconcile", {"quiet_seconds": 0}) == {step["run_id"]: "moved"}
    assert len(pipeline.sagemaker.jobs) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        Refused("ResourceLimitExceeded", LIMIT.format(0, 0)),
        Refused("ValidationException", "Could not access the training image"),
    ],
    ids=["no quota", "senseless"],
)
def test_a_job_sagemaker_will_never_take_fails_its_run_with_sagemakers_words(
    pipeline: Pipeline, refusal: Refused
) -> None:
    step = pipeline.receive()
    event = etl_event(pipeline.prepare(step), "SUCCEEDED")
    pipeline.sagemaker.refuse_next["CreateTrainingJob"] = refusal
    pipeline.call("start_training", event)
    pipeline.sagemaker.refuse_next["CreateTrainingJob"] = refusal
    assert pipeline.call("reconcile", {"quiet_seconds": 0}) == {step["run_id"]: "broken"}
    (notice,) = pipeline.inbox()
    assert notice["outcome"] == "failed"
    assert str(refusal) in notice["text"]


@pytest.mark.parametrize("code", ["CrawlerRunningException", "ThrottlingException"])
def test_datasets_that_come_while_the_crawler_is_busy_share_the_next_crawl(
    pipeline: Pipeline, code: str
) -> None:
    for number in range(3):
        pipeline.glue.refuse_next["StartCrawler"] = Refused(code, "is busy")
        event = golden("glue_job_succeeded") | {"id": str(number)}
        assert pipeline.call("catalog_dataset", event) == {"started": False}
    crawled = golden("glue_crawler_curated_succeeded")
    assert [pipeline.call("catalog_dataset", crawled)["started"] for _ in range(3)] == [True, False, False]
    assert pipeline.glue.asked("StartCrawler")[-1] == {"Name": "marquee-dev-curated"}


def test_a_dataset_whose_crawl_was_forgotten_is_catalogued_in_the_end(pipeline: Pipeline) -> None:
    pipeline.glue.refuse_next["StartCrawler"] = Refused("CrawlerRunningException", "is busy")
    pipeline.call("catalog_dataset", golden("glue_job_succeeded"))
    for _ in range(2):
        pipeline.call("reconcile", {})
    assert len(pipeline.glue.asked("StartCrawler")) == 2


def test_a_candidate_that_waits_for_its_turn_says_so_and_not_for_ever(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = pipeline.receive()
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    assert ReleaseLock(pipeline.table).acquire("rollback#1", 3600)
    assert pipeline.call("judge_candidate", step)["status"] == "waiting"
    run = pipeline.ledger.get(step["run_id"])
    assert (run.working.waits, run.working.waiting_for) == (1, "another change of the endpoint")
    monkeypatch.setattr("marquee.stages.MAY_WAIT_SECONDS", -1)
    pipeline.call("judge_candidate", step)
    assert pipeline.ledger.get(step["run_id"]).deadline == run.deadline


def test_an_approval_that_never_came_through_is_made_good_by_the_reconciler(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    pipeline.sagemaker.refuse_next["UpdateModelPackage"] = Refused("InternalFailure", "try later")
    with pytest.raises(Exception, match="try later"):
        pipeline.release(step)
    run = pipeline.ledger.get(step["run_id"])
    assert run.stage == Stage.LIVE
    assert pipeline.sagemaker.packages[0]["ModelApprovalStatus"] == "PendingManualApproval"
    pipeline.call("reconcile", {"quiet_seconds": 0})
    assert pipeline.sagemaker.packages[0]["ModelApprovalStatus"] == "Approved"
