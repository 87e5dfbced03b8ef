"""One upload through every function of the pipeline, the services played by doubles."""

import pytest
from botocore.exceptions import ClientError

from marquee import clients
from marquee.ledger import Stage
from marquee.stages import RunMoved
from tests.unit.functions.conftest import (
    GOOD_CSV,
    MODELS,
    Pipeline,
    etl_event,
    put_archive,
    training_event,
)
from tests.unit.marquee.doubles import Refused, refusing


def test_a_good_file_ends_live_and_is_told_once(pipeline: Pipeline) -> None:
    run = pipeline.go_live()
    assert run.stage == Stage.LIVE
    assert [change.stage for change in run.history] == [
        "RECEIVED",
        "PREPARING",
        "TRAINING",
        "JUDGING",
        "RELEASING",
        "LIVE",
    ]
    champion = pipeline.ledger.champion()
    assert champion
    assert (champion.version, champion.attempt_id) == ("1", run.run_id)
    assert pipeline.sagemaker.packages[0]["ModelApprovalStatus"] == "Approved"
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], notice["stage"], notice["run_id"]) == ("live", "LIVE", run.run_id)
    assert "100.0% of 4 reviews right" in notice["text"]
    assert "about 0.03 USD" in notice["text"]  # 90 s of 2 DPU, 120 s of ml.m5.xlarge


def test_every_event_and_step_may_come_again(pipeline: Pipeline) -> None:
    upload = pipeline.upload()
    run_ids = [pipeline.call("receive_upload", upload)["run_id"] for _ in range(2)]
    step = {"run_id": run_ids[0], "attempt_id": run_ids[1]}
    assert pipeline.call("start_etl", step) == pipeline.call("start_etl", step)
    job = pipeline.train(step)
    dataset_made, model_made = etl_event("jr_0", "SUCCEEDED"), training_event(job, "completed")
    pipeline.call("start_training", dataset_made)
    for _ in range(2):
        pipeline.call("start_release", model_made)
    for state in ("judge_candidate", "register_model"):
        assert pipeline.call(state, step) == pipeline.call(state, step)
    assert pipeline.tried(step) == pipeline.call("try_candidate", step)
    assert pipeline.call("deploy_model", step) == pipeline.call("deploy_model", step)
    pipeline.sagemaker.settle()
    for state in ("deploy_model", "verify_endpoint", "promote_model"):
        assert pipeline.call(state, step) == pipeline.call(state, step)
    pipeline.call("receive_upload", upload)
    assert not pipeline.call("start_training", dataset_made)
    assert not pipeline.call("start_release", model_made)
    assert pipeline.call("fail_run", training_event(job, "failed"))["stage"] == "LIVE"
    assert len(pipeline.glue.runs) == len(pipeline.sagemaker.jobs) == len(pipeline.sagemaker.packages) == 1
    assert [notice["outcome"] for notice in pipeline.inbox()] == ["live"]


def test_the_same_content_again_is_one_run_and_one_word(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    again = pipeline.upload(sequencer="0B")
    for _ in range(2):
        assert pipeline.call("receive_upload", again)["run_id"] == step["run_id"]
    (notice,) = pipeline.inbox()
    assert notice["outcome"] == "duplicate"
    assert f"marquee rerun {step['run_id']} --stage dev" in notice["text"]


def test_a_notice_that_could_not_be_sent_is_sent_by_the_retry(pipeline: Pipeline) -> None:
    pipeline.receive()
    again = pipeline.upload(sequencer="0B")
    refusal = Refused("AuthorizationError", "not now")
    with refusing(clients.sns(), "Publish", refusal), pytest.raises(ClientError, match="not now"):
        pipeline.call("receive_upload", again)
    pipeline.call("receive_upload", again)
    (notice,) = pipeline.inbox()
    assert notice["outcome"] == "duplicate"


def test_a_hopeless_file_is_refused_with_everything_that_is_wrong(pipeline: Pipeline) -> None:
    step = pipeline.receive(content=b"review,sentiment\ncaf\xe9,pos\n")
    answer = pipeline.call("validate_upload", step)
    assert len(answer["problems"]) == 3
    pipeline.call("fail_run", answer)
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], notice["stage"]) == ("refused", "FAILED")
    assert all(problem in notice["text"] for problem in answer["problems"])
    assert not pipeline.glue.runs


def test_a_late_repeat_of_start_etl_finds_the_job_that_is_done(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.train(step)
    answer = pipeline.call("start_etl", step)
    assert (answer["status"], answer["etl_job_run_id"]) == ("started", "jr_0")
    assert len(pipeline.glue.runs) == 1


def test_a_run_does_not_read_what_replaced_its_file(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    newer = pipeline.receive(content=GOOD_CSV + b"fine 99,pos\n", sequencer="0B")
    assert pipeline.call("validate_upload", newer)["problems"] == []
    (problem,) = pipeline.call("validate_upload", step)["problems"]
    assert "Another file was uploaded under this name" in problem


def test_a_worse_model_is_rejected_and_the_champion_stays(pipeline: Pipeline) -> None:
    first = pipeline.go_live(accuracy=0.95)
    second = pipeline.go_live(accuracy=0.85, content=GOOD_CSV + b"fine 99,pos\n")
    assert second.stage == Stage.REJECTED
    champion = pipeline.ledger.champion()
    assert champion
    assert champion.run_id == first.run_id
    assert "10.0 points worse" in second.reason
    assert pipeline.sagemaker.packages[0]["ModelApprovalStatus"] == "Rejected"
    assert [notice["outcome"] for notice in pipeline.inbox()] == ["live", "rejected"]


def test_a_model_below_the_floor_is_rejected_without_a_champion(pipeline: Pipeline) -> None:
    run = pipeline.go_live(accuracy=0.7)
    assert run.stage == Stage.REJECTED
    assert "70.0%" in run.reason
    assert "floor of 80.0%" in run.reason
    assert pipeline.sagemaker.endpoint is None


def test_a_better_model_takes_over(pipeline: Pipeline) -> None:
    pipeline.go_live(accuracy=0.9)
    run = pipeline.go_live(accuracy=0.95, content=GOOD_CSV + b"fine 99,pos\n")
    champion = pipeline.ledger.champion()
    assert champion
    assert (run.stage, champion.run_id, champion.version) == (Stage.LIVE, run.run_id, "2")
    assert "5.0 points better" in run.reason


def test_a_silent_roll_back_is_named_and_the_champion_stays(pipeline: Pipeline) -> None:
    first = pipeline.go_live(accuracy=0.9)
    step = pipeline.receive(content=GOOD_CSV + b"fine 99,pos\n")
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    assert pipeline.release(step, roll_back=True)[-1] == "fail_run"
    run = pipeline.ledger.get(step["run_id"])
    assert run.stage == Stage.FAILED
    assert "rolled the endpoint back without saying so" in run.reason
    champion = pipeline.ledger.champion()
    assert champion
    assert champion.run_id == first.run_id
    assert pipeline.sagemaker.packages[0]["ModelApprovalStatus"] == "Rejected"


def test_two_releases_wait_for_each_other(pipeline: Pipeline) -> None:
    steps = [pipeline.receive(), pipeline.receive(content=GOOD_CSV + b"fine 99,pos\n")]
    for step in steps:
        pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    assert pipeline.call("judge_candidate", steps[0])["status"] == "judged"
    assert pipeline.call("judge_candidate", steps[1])["status"] == "waiting"
    pipeline.release(steps[0])
    pipeline.release(steps[1])
    assert [pipeline.ledger.get(step["run_id"]).stage for step in steps] == ["LIVE", "LIVE"]


def test_a_damaged_archive_is_rejected_in_words(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    job = pipeline.train(step)
    clients.s3().put_object(Bucket=MODELS, Key=f"models/{job}/output/model.tar.gz", Body=b"not an archive")
    pipeline.call("start_release", training_event(job, "completed"))
    pipeline.release(step)
    run = pipeline.ledger.get(step["run_id"])
    assert run.stage == Stage.REJECTED
    assert "the archive is damaged" in run.reason


def test_an_archive_without_an_evaluation_is_rejected(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    job = pipeline.train(step)
    put_archive(f"models/{job}/output/model.tar.gz", {"weights.npz": b""})
    pipeline.call("start_release", training_event(job, "completed"))
    pipeline.release(step)
    assert "holds no evaluation.json" in pipeline.ledger.get(step["run_id"]).reason


def test_a_champion_that_cannot_be_asked_is_held_to_its_record(pipeline: Pipeline) -> None:
    pipeline.go_live(accuracy=0.9)
    pipeline.sagemaker.endpoint = None
    run = pipeline.go_live(accuracy=0.95, content=GOOD_CSV + b"fine 99,pos\n")
    assert run.stage == Stage.LIVE
    assert "could not be asked" in run.reason
    assert "90.0%" in run.reason


@pytest.mark.parametrize(
    ("state", "words"), [("FAILED", "no labels"), ("TIMEOUT", "took longer than it may")]
)
def test_a_dead_etl_job_fails_the_run(pipeline: Pipeline, state: str, words: str) -> None:
    step = pipeline.receive()
    job_run_id = pipeline.call("start_etl", step)["etl_job_run_id"]
    # The prefix is Glue's; a person who reads the notice wants the sentence.
    glue_says = "Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 22; DatasetRefused: no labels"
    pipeline.glue.finish(job_run_id, state, glue_says)
    for _ in range(2):
        pipeline.call("fail_run", etl_event(job_run_id, state))
    (notice,) = pipeline.inbox()
    assert notice["outcome"] == "failed"
    assert words in notice["text"]
    assert "DatasetRefused" not in notice["text"]


_FRAMES = (
    "at org.apache.spark.errors.SparkErrors$.read(SparkErrors.scala:840) "
    "at java.base/java.lang.Thread.run(Thread.java:840) Caused by: java.io.IOException: again"
)
_PLAN = "Project [review#1] " * 200


@pytest.mark.parametrize(
    ("glue_says", "end"),
    [
        (f"Py4JJavaError: The disk is full. {_FRAMES}", "The disk is full."),
        (f"AnalysisException: No such column. {_PLAN}", "... (the job's log has the rest)"),
    ],
    ids=["frames", "plan"],
)
def test_what_spark_says_at_length_stays_in_its_log(pipeline: Pipeline, glue_says: str, end: str) -> None:
    step = pipeline.receive()
    job_run_id = pipeline.call("start_etl", step)["etl_job_run_id"]
    pipeline.glue.finish(job_run_id, "FAILED", glue_says)
    pipeline.call("fail_run", etl_event(job_run_id, "FAILED"))
    reason = pipeline.ledger.get(step["run_id"]).reason
    assert reason.endswith(end)
    assert len(reason) < 800


def test_a_dead_training_job_fails_the_run(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    job = pipeline.train(step)
    pipeline.call("fail_run", training_event(job, "failed"))
    assert "one label only" in pipeline.ledger.get(step["run_id"]).reason


def test_a_training_job_out_of_time_says_so(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    job = pipeline.train(step)
    pipeline.call("fail_run", training_event(job, "max_runtime_exceeded"))
    assert "took longer than it may" in pipeline.ledger.get(step["run_id"]).reason


def test_a_late_failure_of_the_champions_attempt_does_not_touch_its_rerun(pipeline: Pipeline) -> None:
    run = pipeline.go_live()
    again = pipeline.call("rerun", {"run_id": run.run_id})
    late = {"run_id": run.run_id, "attempt_id": run.attempt_id, "error": {"Error": "Late", "Cause": ""}}
    pipeline.call("fail_run", late)
    now = pipeline.ledger.get(run.run_id)
    assert (now.attempt_id, now.stage) == (again["attempt_id"], Stage.RECEIVED)


def test_missing_permission_is_not_taken_for_a_broken_champion(pipeline: Pipeline) -> None:
    pipeline.go_live(accuracy=0.9)
    step = pipeline.receive(content=GOOD_CSV + b"fine 99,pos\n")
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    pipeline.sagemaker.refuse_next["InvokeEndpoint"] = Refused("AccessDeniedException", "not authorized")
    with pytest.raises(Exception, match="not authorized"):
        pipeline.call("judge_candidate", step)


def test_a_caught_error_is_told_without_its_stack_trace(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    cause = '{"errorMessage": "no such table", "errorType": "KeyError", "stackTrace": ["File app.py"]}'
    pipeline.call("fail_run", {**step, "error": {"Error": "KeyError", "Cause": cause}})
    (notice,) = pipeline.inbox()
    assert "KeyError: no such table" in notice["text"]
    assert "app.py" not in notice["text"]


def test_a_rerun_is_a_new_attempt_with_names_of_its_own(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.call("fail_run", training_event(pipeline.train(step), "failed"))
    again = pipeline.call("rerun", {"run_id": step["run_id"]})
    assert again == {"run_id": step["run_id"], "attempt_id": f"{step['run_id']}-2"}
    job = pipeline.train(again)
    pipeline.call("start_release", training_event(job, "completed"))
    pipeline.release(again)
    assert pipeline.ledger.get(step["run_id"]).stage == Stage.LIVE
    assert set(pipeline.sagemaker.jobs) == {
        f"marquee-dev-{step['run_id']}",
        f"marquee-dev-{step['run_id']}-2",
    }
    with pytest.raises(RunMoved):
        pipeline.call("judge_candidate", step)


def test_a_run_under_way_is_not_run_again(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    with pytest.raises(Exception, match="is at RECEIVED and not over yet"):
        pipeline.call("rerun", {"run_id": step["run_id"]})


def test_etl_waits_while_too_many_run(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.glue.limit = 0
    assert pipeline.call("start_etl", step)["status"] == "waiting"
    pipeline.glue.limit = 1
    assert pipeline.call("start_etl", step)["status"] == "started"
