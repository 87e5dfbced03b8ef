"""Whatever event is lost, the reconciler does what it would have done, and no more."""

import json
from typing import Any

import pytest

from marquee import clients
from marquee.clock import later
from marquee.ledger import Stage
from tests.unit.functions.conftest import Pipeline, training_event
from tests.unit.marquee.doubles import Refused

NOW = {"quiet_seconds": 0}
HOUR = 3601


def reconcile(pipeline: Pipeline) -> dict[str, Any]:
    return pipeline.call("reconcile", NOW)


def put_deadline_behind(pipeline: Pipeline, run_id: str, seconds: float = 1) -> None:
    clients.dynamodb().update_item(
        TableName=pipeline.table,
        Key={"pk": {"S": f"run#{run_id}"}},
        UpdateExpression="SET deadline = :d",
        ExpressionAttributeValues={":d": {"S": later(-seconds)}},
    )


def test_a_quiet_run_is_left_alone_while_its_service_works(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.call("start_etl", step)
    assert reconcile(pipeline) == {step["run_id"]: "working"}
    assert pipeline.ledger.get(step["run_id"]).stage == Stage.PREPARING


def test_a_run_just_heard_of_is_not_looked_at(pipeline: Pipeline) -> None:
    pipeline.receive()
    assert pipeline.call("reconcile", {}) == {}


def test_a_lost_glue_event(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.prepare(step)
    assert reconcile(pipeline) == {step["run_id"]: "moved"}
    run = pipeline.ledger.get(step["run_id"])
    assert (run.stage, run.history[-1].cause) == (Stage.TRAINING, "reconcile")
    assert len(pipeline.sagemaker.jobs) == 1


def test_a_lost_training_event(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.train(step)
    reconcile(pipeline)
    assert pipeline.ledger.get(step["run_id"]).stage == Stage.JUDGING


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_a_lost_failure_of_training(pipeline: Pipeline, status: str) -> None:
    step = pipeline.receive()
    job = pipeline.train(step)
    pipeline.sagemaker.finish_job(job, status, "AlgorithmError: out of memory")
    assert reconcile(pipeline) == {step["run_id"]: "broken"}
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], "out of memory" in notice["text"]) == ("failed", True)


def test_a_training_job_that_was_never_made_is_made(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    job = pipeline.train(step)
    del pipeline.sagemaker.jobs[job]
    assert reconcile(pipeline) == {step["run_id"]: "moved"}
    assert job in pipeline.sagemaker.jobs


def test_an_execution_that_was_never_started_is_started(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    job = pipeline.train(step)
    pipeline.call("start_release", training_event(job, "completed"))
    machine = clients.stepfunctions().list_state_machines()["stateMachines"][1]["stateMachineArn"]
    (execution,) = clients.stepfunctions().list_executions(stateMachineArn=machine)["executions"]
    assert execution["name"] == step["attempt_id"]
    clients.stepfunctions().stop_execution(executionArn=execution["executionArn"])
    assert reconcile(pipeline) == {step["run_id"]: "broken"}
    assert "release_model ended ABORTED" in pipeline.ledger.get(step["run_id"]).reason


def test_a_run_past_its_deadline_is_stopped_and_failed(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    job = pipeline.train(step)
    pipeline.sagemaker.finish_job(job, "InProgress")
    put_deadline_behind(pipeline, step["run_id"])
    reconcile(pipeline)
    run = pipeline.ledger.get(step["run_id"])
    assert run.stage == Stage.FAILED
    assert "by its deadline" in run.reason
    assert pipeline.sagemaker.jobs[job]["TrainingJobStatus"] == "Stopping"


def test_a_state_nobody_knows_is_told_once_and_failed_in_the_end(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    job = pipeline.train(step)
    pipeline.sagemaker.finish_job(job, "Meditating")
    for _ in range(2):
        assert reconcile(pipeline) == {step["run_id"]: "unknown"}
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], "is Meditating" in notice["text"]) == ("attention", True)
    put_deadline_behind(pipeline, step["run_id"])
    reconcile(pipeline)
    assert pipeline.ledger.get(step["run_id"]).stage == Stage.FAILED


def test_an_ending_nobody_was_told_of_is_told(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    step = pipeline.receive()
    pipeline.ledger.advance(step["run_id"], 1, [Stage.RECEIVED], Stage.FAILED, "a function that died then")
    for _ in range(2):
        reconcile(pipeline)
    assert [notice["outcome"] for notice in pipeline.inbox()] == ["failed"]


def test_a_release_left_half_undone_is_undone(pipeline: Pipeline) -> None:
    first = pipeline.go_live(accuracy=0.9)
    step = pipeline.receive(content=b"review,sentiment\n" + b"a,pos\nb,neg\n" * 20)
    job = pipeline.train(step)
    pipeline.sagemaker.answers[job] = lambda text: {"positive": 0.1, "negative": 0.9}
    pipeline.call("start_release", training_event(job, "completed"))
    pipeline.release(step)
    pipeline.sagemaker.settle(roll_back=True)  # the way back failed: the bad candidate is still on it
    for _ in range(2):
        reconcile(pipeline)
        pipeline.sagemaker.settle()
    assert pipeline.sagemaker.endpoint
    assert pipeline.sagemaker.endpoint["EndpointConfigName"] == f"marquee-dev-{first.run_id}"
    waiting = pipeline.receive(content=b"review,sentiment\n" + b"c,pos\nd,neg\n" * 20)
    pipeline.call("start_release", training_event(pipeline.train(waiting), "completed"))
    assert pipeline.call("judge_candidate", waiting)["status"] == "judged"


def test_a_service_that_cannot_be_asked_holds_up_nobody_else(pipeline: Pipeline) -> None:
    first = pipeline.receive()
    pipeline.train(first)
    second = pipeline.receive(content=b"review,sentiment\n" + b"a,pos\nb,neg\n" * 20)
    pipeline.train(second)
    pipeline.sagemaker.refuse_next["DescribeTrainingJob"] = Refused("InternalFailure", "try later")
    found = reconcile(pipeline)
    assert sorted(found.values()) == ["moved", "unasked"]
    assert pipeline.inbox() == []


def test_a_job_in_glues_queue_is_not_silent(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.glue.finish(pipeline.call("start_etl", step)["etl_job_run_id"], "WAITING")
    put_deadline_behind(pipeline, step["run_id"], -1)
    assert reconcile(pipeline) == {step["run_id"]: "working"}
    assert pipeline.ledger.get(step["run_id"]).deadline > later(3600)


def test_a_deadline_tells_what_the_service_said(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.train(step)
    pipeline.sagemaker.refuse_next["DescribeTrainingJob"] = Refused("AccessDeniedException", "not authorized")
    put_deadline_behind(pipeline, step["run_id"], HOUR)
    reconcile(pipeline)
    assert "not authorized" in pipeline.ledger.get(step["run_id"]).reason


def test_a_run_whose_work_may_be_done_is_not_failed_for_one_question_without_an_answer(
    pipeline: Pipeline,
) -> None:
    step = pipeline.receive()
    pipeline.train(step)
    pipeline.sagemaker.refuse_next["DescribeTrainingJob"] = Refused("ThrottlingException", "Rate exceeded")
    put_deadline_behind(pipeline, step["run_id"])
    assert reconcile(pipeline) == {step["run_id"]: "unasked"}
    assert reconcile(pipeline) == {step["run_id"]: "moved"}
    assert pipeline.ledger.get(step["run_id"]).stage == Stage.JUDGING


def test_a_run_that_breaks_the_reconciler_holds_up_nobody_else(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.train(step)
    untellable = pipeline.receive(content=b"review,sentiment\n" + b"a,pos\nb,neg\n" * 20)
    # LIVE without the figures its notice must give: nothing can write that text.
    pipeline.ledger.advance(untellable["run_id"], 1, [Stage.RECEIVED], Stage.LIVE, "a bug")
    with pytest.raises(ExceptionGroup, match="1 runs could not be reconciled"):
        reconcile(pipeline)
    assert pipeline.ledger.get(step["run_id"]).stage == Stage.JUDGING


def test_an_ending_is_counted_once_whoever_tells_of_it(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    step = pipeline.receive()
    # Its handler died before it told anybody.
    pipeline.ledger.advance(step["run_id"], 1, [Stage.RECEIVED], Stage.FAILED, "a test", reason="broken")
    for _ in range(2):
        reconcile(pipeline)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"RunsEnded"' in line]
    assert [line["outcome"] for line in lines] == ["failed"]
