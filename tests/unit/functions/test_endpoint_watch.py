"""What the reconciler looks after between releases: the endpoint of the champion, and no other."""

from dataclasses import replace

from tests.unit.functions.conftest import GOOD_CSV, Pipeline, training_event
from tests.unit.marquee.doubles import Refused


def test_a_trial_that_began_after_its_run_was_taken_back_is_removed(pipeline: Pipeline) -> None:
    pipeline.crown(0.9)
    step = pipeline.receive(content=GOOD_CSV + b"fine 99,pos\n")
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    pipeline.call("judge_candidate", step)
    pipeline.call("register_model", step)
    pipeline.call("fail_run", {**step, "reason": "nothing moved it on"})
    config = f"marquee-dev-{step['attempt_id']}"
    # The call that was on its way when the run was failed, and had looked at its stage before.
    pipeline.sagemaker.trial = {"EndpointStatus": "Creating", "EndpointConfigName": config}
    pipeline.call("reconcile", {"quiet_seconds": 0})
    assert pipeline.sagemaker.trial  # cannot be deleted while it comes up
    pipeline.sagemaker.settle_trial()
    pipeline.call("reconcile", {"quiet_seconds": 0})
    assert pipeline.sagemaker.trial is None


def test_a_trial_under_way_is_left_alone(pipeline: Pipeline) -> None:
    pipeline.crown(0.9)
    step = pipeline.receive(content=GOOD_CSV + b"fine 99,pos\n")
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    pipeline.call("judge_candidate", step)
    pipeline.call("register_model", step)
    pipeline.call("try_candidate", step)
    pipeline.sagemaker.settle_trial()
    pipeline.call("reconcile", {})
    assert pipeline.sagemaker.trial


def test_a_sweep_that_died_before_it_deleted_the_endpoint_does_not_end_its_care(pipeline: Pipeline) -> None:
    earlier = pipeline.crown(0.9)
    pipeline.crown(0.95)
    champion = pipeline.ledger.champion()
    assert champion and pipeline.sagemaker.endpoint
    assert pipeline.ledger.replace_champion(replace(champion, asleep=True), champion)
    pipeline.sagemaker.endpoint["EndpointConfigName"] = f"marquee-dev-{earlier}"
    pipeline.call("reconcile", {"quiet_seconds": 0})
    pipeline.sagemaker.settle()
    assert pipeline.sagemaker.endpoint["EndpointConfigName"] == champion.endpoint_config


# What SageMaker says to the second of two that looked at an endpoint at once.
BUSY = Refused("ValidationException", 'Cannot update in-progress endpoint "arn:aws:sagemaker:e".')


def test_two_that_find_the_endpoint_idle_at_once_are_no_failure(pipeline: Pipeline) -> None:
    earlier = pipeline.crown(0.9)
    pipeline.crown(0.95)
    champion = pipeline.ledger.champion()
    assert champion and pipeline.sagemaker.endpoint
    pipeline.sagemaker.endpoint["EndpointConfigName"] = f"marquee-dev-{earlier}"
    pipeline.sagemaker.refuse_next["UpdateEndpoint"] = BUSY
    pipeline.call("reconcile", {})
    pipeline.call("reconcile", {})
    pipeline.sagemaker.settle()
    assert pipeline.sagemaker.endpoint["EndpointConfigName"] == champion.endpoint_config


def test_two_that_find_the_endpoint_failed_at_once_are_no_failure(pipeline: Pipeline) -> None:
    pipeline.crown(0.95)
    champion = pipeline.ledger.champion()
    assert champion and pipeline.sagemaker.endpoint
    pipeline.sagemaker.endpoint["EndpointStatus"] = "Failed"
    pipeline.sagemaker.refuse_next["DeleteEndpoint"] = BUSY
    for _ in range(3):  # refused, deleted, made again
        pipeline.call("reconcile", {})
    assert pipeline.sagemaker.endpoint["EndpointConfigName"] == champion.endpoint_config
    assert pipeline.sagemaker.endpoint["EndpointStatus"] == "Creating"


def test_a_trial_that_another_deletes_at_once_is_waited_for(pipeline: Pipeline) -> None:
    pipeline.crown(0.9)
    step = pipeline.receive(content=GOOD_CSV + b"fine 99,pos\n")
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    for function in ("judge_candidate", "register_model", "try_candidate"):
        pipeline.call(function, step)
    pipeline.sagemaker.settle_trial()
    pipeline.sagemaker.refuse_next["DeleteEndpoint"] = BUSY
    bad = {**step, "reason": "nothing moved it on"}
    assert pipeline.call("fail_run", bad)["status"] == "updating"
    assert pipeline.call("fail_run", bad)["status"] == "done"
    assert pipeline.sagemaker.trial is None


def test_a_trial_of_a_dead_release_that_another_deletes_at_once_is_waited_for(pipeline: Pipeline) -> None:
    pipeline.crown(0.9)
    step = pipeline.receive(content=GOOD_CSV + b"fine 99,pos\n")
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    for function in ("judge_candidate", "register_model"):
        pipeline.call(function, step)
    pipeline.sagemaker.trial = {"EndpointStatus": "InService", "EndpointConfigName": "of-a-dead-release"}
    pipeline.sagemaker.refuse_next["DeleteEndpoint"] = BUSY
    assert pipeline.call("try_candidate", step)["status"] == "waiting"


def test_without_a_champion_an_endpoint_that_changes_is_waited_for(pipeline: Pipeline) -> None:
    step = pipeline.receive()
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    for function in ("judge_candidate", "register_model", "deploy_model"):
        pipeline.call(function, step)
    while pipeline.sagemaker.endpoint is None:
        pipeline.call("deploy_model", step)
    pipeline.sagemaker.settle()
    pipeline.sagemaker.refuse_next["DeleteEndpoint"] = BUSY
    bad = {**step, "reason": "nothing moved it on"}
    assert pipeline.call("fail_run", bad)["status"] == "updating"
    assert pipeline.call("fail_run", bad)["status"] == "done"
    assert pipeline.sagemaker.endpoint is None
