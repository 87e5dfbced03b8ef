"""A service that is asked too often is waited for: no run fails of it and no event becomes a dead letter."""

from typing import Any

import pytest

from marquee.clock import later
from marquee.ledger import Stage
from marquee.services.errors import Throttled
from tests.unit.functions.conftest import Pipeline, etl_event, training_event
from tests.unit.marquee.doubles import Refused

RATE = Refused("ThrottlingException", "Rate exceeded")
FULL = Refused("ResourceLimitExceeded", "The account-level service limit 'x' is 2 Instances")
NOW = {"quiet_seconds": 0}


def reconciled(pipeline: Pipeline, step: dict[str, str]) -> str:
    found: dict[str, Any] = pipeline.call("reconcile", NOW)
    return str(found[step["run_id"]])


def test_start_etl_waits_for_glue(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.glue.refuse_next["StartJobRun"] = RATE
    assert pipeline.call("start_etl", step)["status"] == "waiting"
    work = pipeline.ledger.get(step["run_id"]).working
    assert (work.tries, work.waits) == (1, 1)
    assert pipeline.call("start_etl", step)["status"] == "started"


def test_a_state_machine_is_told_that_it_is_no_failure(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.glue.refuse_next["GetJobRuns"] = RATE
    with pytest.raises(Throttled, match="GetJobRuns"):
        pipeline.call("start_etl", step)


def test_an_event_is_left_to_the_reconciler(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    event = etl_event(pipeline.prepare(step), "SUCCEEDED")
    pipeline.glue.refuse_next["GetJobRun"] = RATE
    assert pipeline.call("start_training", event)["status"] == "left to the reconciler"
    assert reconciled(pipeline, step) == "moved"
    assert pipeline.ledger.get(step["run_id"]).stage == Stage.TRAINING


def test_the_reconciler_asks_again_at_its_next_pass(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.train(step)
    pipeline.sagemaker.refuse_next["DescribeTrainingJob"] = RATE
    assert reconciled(pipeline, step) == "unasked"
    assert reconciled(pipeline, step) == "moved"


def test_the_end_of_a_job_starts_the_next_that_waits(pipeline: Pipeline) -> None:
    pipeline.sagemaker.limit = 1
    contents = [b"review,sentiment\n" + b"%d,pos\nb,neg\n" % number * 20 for number in range(3)]
    steps = [pipeline.receive(content=content) for content in contents]
    for step in steps:
        pipeline.call("start_training", etl_event(pipeline.prepare(step), "SUCCEEDED"))
    names = [f"marquee-dev-{step['attempt_id']}" for step in steps]
    assert list(pipeline.sagemaker.jobs) == names[:1]
    for before, after in zip(names, [*names[1:], None], strict=False):
        pipeline.sagemaker.finish_job(before)
        started = pipeline.call("start_training", training_event(before, "completed"))["started"]
        assert [f"marquee-dev-{run_id}" for run_id in started] == ([after] if after else [])
    assert list(pipeline.sagemaker.jobs) == names
    work = pipeline.ledger.get(steps[2]["run_id"]).working
    assert (work.tries, work.waits, work.waiting_for) == (3, 2, "room for a training job")


def test_two_that_find_no_room_at_once_do_not_make_a_run_miss_its_turn(pipeline: Pipeline) -> None:
    pipeline.sagemaker.refuse_next["CreateTrainingJob"] = RATE
    step = pipeline.receive()
    pipeline.call("start_training", etl_event(pipeline.prepare(step), "SUCCEEDED"))
    # The other one counted the same try, and a wait of its own.
    pipeline.ledger.waited(pipeline.ledger.get(step["run_id"]), "room", later(3600))
    ended = training_event("marquee-dev-films-0123456789", "completed")
    assert pipeline.call("start_training", ended)["started"] == [step["run_id"]]


def test_a_release_waits_for_room_for_its_endpoints(pipeline: Pipeline) -> None:
    pipeline.crown(0.9)
    step = pipeline.receive()
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    pipeline.call("judge_candidate", step)
    pipeline.call("register_model", step)
    pipeline.sagemaker.refuse_next["CreateEndpoint"] = FULL
    assert pipeline.call("try_candidate", step)["status"] == "waiting"
    assert pipeline.ledger.get(step["run_id"]).working.waiting_for == "room for a trial endpoint"
    assert pipeline.tried(step)["status"] == "passed"
    # The trial endpoint is going, and its instances still count.
    pipeline.sagemaker.refuse_next["UpdateEndpoint"] = FULL
    assert pipeline.call("deploy_model", step)["status"] == "waiting"
    assert pipeline.call("deploy_model", step)["status"] == "updating"


def test_an_account_that_may_have_no_instance_is_told_so(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    pipeline.call("judge_candidate", step)
    pipeline.call("register_model", step)
    pipeline.sagemaker.refuse_next["CreateEndpoint"] = Refused("ResourceLimitExceeded", "is 0 Instances")
    with pytest.raises(Exception, match="is 0 Instances"):
        pipeline.call("try_candidate", step)
