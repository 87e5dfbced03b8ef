"""The trial: what a candidate must prove before it meets a request, and what stays untouched if it cannot."""

from collections.abc import Callable

import pytest

from marquee import clients, settings
from marquee.ledger import Stage
from tests.unit.functions.conftest import GOOD_CSV, Pipeline, reader, training_event
from tests.unit.marquee.doubles import Model, Refused

OTHER_CSV = GOOD_CSV + b"fine 99,pos\n"


@pytest.fixture
def champion(pipeline: Pipeline) -> str:
    """The run of a champion that answers."""
    return pipeline.crown(0.9)


@pytest.fixture
def candidate(pipeline: Pipeline, champion: str) -> dict[str, str]:
    """A better candidate, registered and about to be tried."""
    step = pipeline.receive(content=OTHER_CSV)
    pipeline.call("start_release", training_event(pipeline.train(step), "completed"))
    pipeline.call("judge_candidate", step)
    pipeline.call("register_model", step)
    return step


def serving(pipeline: Pipeline, step: dict[str, str], model: Model) -> None:
    pipeline.sagemaker.answers[f"marquee-dev-{step['attempt_id']}"] = model


def crashing_on(word: str) -> Model:
    def answer(text: str) -> dict[str, float]:
        if word in text:
            raise Refused("ModelError", "Received server error (500) from primary")
        return reader()(text)

    return answer


UNFIT = {
    "misreads": (lambda _: {"positive": 0.1, "negative": 0.9}, "misreads 2 of 4 plain reviews"),
    "crashes on the odd": (crashing_on("script>"), "of 55 characters"),
}


@pytest.mark.parametrize(("model", "says"), UNFIT.values(), ids=UNFIT)
def test_an_unfit_candidate_is_rejected_and_the_endpoint_never_hears_of_it(
    pipeline: Pipeline, champion: str, candidate: dict[str, str], model: Model, says: str
) -> None:
    serving(pipeline, candidate, model)
    found = pipeline.tried(candidate)
    assert found["status"] == "rejected"
    pipeline.call("reject_candidate", found)
    run = pipeline.ledger.get(candidate["run_id"])
    assert (run.stage, says in run.reason) == (Stage.REJECTED, True), run.reason
    assert pipeline.sagemaker.endpoint
    assert pipeline.sagemaker.endpoint["EndpointConfigName"] == f"marquee-dev-{champion}"
    assert not pipeline.sagemaker.asked("UpdateEndpoint")
    assert pipeline.sagemaker.trial is None
    assert pipeline.sagemaker.packages[0]["ModelApprovalStatus"] == "Rejected"
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], says in notice["text"]) == ("rejected", True)


def test_a_candidate_that_dies_of_every_request_is_rejected_in_the_end(
    pipeline: Pipeline, candidate: dict[str, str]
) -> None:
    def dies(_: str) -> dict[str, float]:
        raise Refused("ModelError", "Received server error (0) from primary", OriginalStatusCode=0)

    serving(pipeline, candidate, dies)
    found = pipeline.tried(candidate)
    assert (found["status"], "server error (0)" in found["reason"]) == ("rejected", True)
    assert len(pipeline.sagemaker.asked("InvokeEndpoint")) < 20


def test_a_candidate_that_does_not_start_fails_with_sagemakers_words(
    pipeline: Pipeline, candidate: dict[str, str]
) -> None:
    pipeline.call("try_candidate", candidate)
    pipeline.sagemaker.settle_trial(failure="did not pass the ping health check")
    found = pipeline.call("try_candidate", candidate)
    assert (found["status"], "did not pass the ping" in found["reason"]) == ("failed", True)
    assert pipeline.call("fail_run", found)["stage"] == "FAILED"
    assert not pipeline.sagemaker.asked("UpdateEndpoint")
    assert pipeline.sagemaker.trial is None


def test_what_a_dead_release_left_is_replaced(pipeline: Pipeline, candidate: dict[str, str]) -> None:
    pipeline.sagemaker.trial = {"EndpointStatus": "InService", "EndpointConfigName": "of-another"}
    assert pipeline.call("try_candidate", candidate)["status"] == "waiting"
    assert pipeline.sagemaker.trial is None
    assert pipeline.tried(candidate)["status"] == "passed"


def test_a_death_before_the_trial_endpoint_goes_asks_nothing_again(
    pipeline: Pipeline, candidate: dict[str, str]
) -> None:
    pipeline.call("try_candidate", candidate)
    pipeline.sagemaker.settle_trial()
    pipeline.sagemaker.refuse_next["DeleteEndpoint"] = Refused("ThrottlingException", "Rate exceeded")
    with pytest.raises(Exception, match="Rate exceeded"):
        pipeline.call("try_candidate", candidate)
    pipeline.sagemaker.calls.clear()
    assert pipeline.call("try_candidate", candidate)["status"] == "passed"
    assert not pipeline.sagemaker.asked("InvokeEndpoint")
    assert pipeline.sagemaker.trial is None


def test_a_failed_run_leaves_no_trial_behind(pipeline: Pipeline, candidate: dict[str, str]) -> None:
    pipeline.call("try_candidate", candidate)
    error = {"error": {"Error": "States.Timeout", "Cause": "too long"}}
    assert pipeline.call("fail_run", {**candidate, **error})["status"] == "updating"
    pipeline.sagemaker.settle_trial()
    pipeline.call("reconcile", {"quiet_seconds": 0})
    assert pipeline.sagemaker.trial is None


def test_who_lost_the_lease_touches_no_endpoint(pipeline: Pipeline, candidate: dict[str, str]) -> None:
    key = {"pk": {"S": "release"}}
    clients.dynamodb().update_item(
        TableName="marquee-test-ledger",
        Key=key,
        UpdateExpression="SET holder = :h",
        ExpressionAttributeValues={":h": {"S": "another-0123456789"}},
    )
    steps: list[Callable[[], object]] = [
        lambda: pipeline.call("try_candidate", candidate),
        lambda: pipeline.call("deploy_model", candidate),
    ]
    for step in steps:
        with pytest.raises(Exception, match="its lease expired and another-0123456789 has it"):
            step()
    assert pipeline.sagemaker.trial is None
    assert not pipeline.sagemaker.asked("UpdateEndpoint")


@pytest.mark.parametrize(
    ("kind", "capacity"),
    [
        ("serverless", {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}),
        ("realtime", {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}),
    ],
)
def test_what_is_tried_is_what_will_run(
    pipeline: Pipeline,
    candidate: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    capacity: object,
) -> None:
    monkeypatch.setenv("ENDPOINT_TYPE", kind)
    settings.load.cache_clear()
    pipeline.call("try_candidate", candidate)
    assert pipeline.sagemaker.trial
    (variant,) = pipeline.sagemaker.configs[pipeline.sagemaker.trial["EndpointConfigName"]][
        "ProductionVariants"
    ]
    named = ("VariantName", "ModelName", "InitialVariantWeight")
    assert capacity == {name: variant[name] for name in variant if name not in named}
