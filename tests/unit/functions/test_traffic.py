"""A/B tests, scaling, guarded updates and the sweep of an endpoint nobody asks."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from marquee import clients, settings
from marquee.clock import later
from marquee.ledger import Champion
from marquee.ledger.release_lock import ReleaseLock
from tests.unit.functions.conftest import GOOD_CSV, Pipeline
from tests.unit.marquee.doubles import Double, LambdaDouble, Parameters, Refused


class ScalingDouble(Double):
    """Application Auto Scaling with at most one target."""

    def __init__(self) -> None:
        super().__init__()
        self.target: Parameters | None = None
        self.policy: Parameters | None = None

    def RegisterScalableTarget(self, **target: Any) -> Parameters:
        self.target = target
        return {}

    def PutScalingPolicy(self, **policy: Any) -> Parameters:
        self.policy = policy
        return {"PolicyARN": "arn", "Alarms": []}

    def DeregisterScalableTarget(self, **_: Any) -> Parameters:
        if self.target is None:
            raise Refused("ObjectNotFoundException", "No scalable target found")
        self.target = self.policy = None
        return {}


@pytest.fixture
def functions(aws: None) -> Iterator[LambdaDouble]:
    with LambdaDouble().answering(clients.functions()) as double:
        yield double


@pytest.fixture
def scaling(aws: None) -> Iterator[ScalingDouble]:
    with ScalingDouble().answering(clients.autoscaling()) as double:
        yield double


@pytest.fixture
def realtime(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, scaling: ScalingDouble
) -> Iterator[list[str]]:
    """Two champions on a real-time endpoint with canary updates; their runs."""
    for name, value in {"ENDPOINT_TYPE": "realtime", "TRAFFIC_SHIFTING": "canary"}.items():
        monkeypatch.setenv(name, value)
    settings.load.cache_clear()
    yield [pipeline.crown(accuracy) for accuracy in (0.9, 0.95)]
    settings.load.cache_clear()


def share(pipeline: Pipeline, version: str, percent: int) -> dict[str, Any]:
    event = {"version": version, "percent": percent}
    while (step := pipeline.call("share_traffic", event))["status"] == "updating":
        assert pipeline.sagemaker.endpoint
        if pipeline.sagemaker.endpoint["EndpointStatus"] == "Updating":
            pipeline.sagemaker.settle()
    return step


def shares(pipeline: Pipeline) -> list[tuple[str, float]]:
    variants = pipeline.call("share_traffic", {})["variants"]
    return [(one["version"], one["percent"]) for one in variants]


def champion(pipeline: Pipeline) -> Champion:
    found = pipeline.ledger.champion()
    assert found
    return found


def test_an_update_is_guarded_by_steps_and_alarms(pipeline: Pipeline, realtime: list[str]) -> None:
    pipeline.call("roll_back", {"version": "1"})
    (update,) = pipeline.sagemaker.asked("UpdateEndpoint")
    policy = update["DeploymentConfig"]["BlueGreenUpdatePolicy"]
    assert policy["TrafficRoutingConfiguration"] == {
        "Type": "CANARY",
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 10},
        "WaitIntervalInSeconds": 120,
    }
    assert policy["TerminationWaitInSeconds"] == 60
    alarms = update["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert [one["AlarmName"] for one in alarms] == [
        "marquee-dev-endpoint-5xx",
        "marquee-dev-endpoint-latency",
    ]
    assert update["RetainAllVariantProperties"]


def test_a_challenger_answers_its_part_until_the_test_ends(pipeline: Pipeline, realtime: list[str]) -> None:
    assert share(pipeline, "1", 10)["status"] == "done"
    assert shares(pipeline) == [("2", 90.0), ("1", 10.0)]
    assert share(pipeline, "1", 25)["status"] == "done"
    assert shares(pipeline) == [("2", 75.0), ("1", 25.0)]
    assert share(pipeline, "1", 0)["status"] == "done"
    assert shares(pipeline) == [("2", 100.0)]
    assert champion(pipeline).challenger is None
    assert not [name for name in pipeline.sagemaker.configs if "-ab-" in name]


def test_a_test_begins_and_ends_with_the_instances_that_the_load_called_for(
    pipeline: Pipeline, realtime: list[str]
) -> None:
    def live() -> dict[str, Any]:
        assert pipeline.sagemaker.endpoint
        config = pipeline.sagemaker.configs[pipeline.sagemaker.endpoint["EndpointConfigName"]]
        variant: dict[str, Any] = config["ProductionVariants"][0]
        return variant

    live()["InitialInstanceCount"] = 3  # scaled out
    share(pipeline, "1", 10)
    assert live()["InitialInstanceCount"] == 3
    live()["InitialInstanceCount"] = 4
    share(pipeline, "1", 0)
    assert (live()["InitialInstanceCount"], live()["ModelName"]) == (4, f"marquee-dev-{realtime[1]}")


def test_weights_that_went_back_to_the_configs_are_set_again(
    pipeline: Pipeline, realtime: list[str], functions: LambdaDouble
) -> None:
    share(pipeline, "1", 50)
    pipeline.sagemaker.UpdateEndpointWeightsAndCapacities(
        "marquee-dev",
        [{"VariantName": n, "DesiredWeight": w} for n, w in (("live", 90.0), ("challenger", 10.0))],
    )
    pipeline.call("reconcile", {"quiet_seconds": 0})
    ((name, event),) = functions.sent
    while pipeline.call(name, event)["status"] == "updating":
        pass
    assert shares(pipeline) == [("2", 50.0), ("1", 50.0)]
    pipeline.call("reconcile", {"quiet_seconds": 0})
    assert len(functions.sent) == 1


def test_the_config_of_a_test_that_a_rollback_ended_goes(pipeline: Pipeline, realtime: list[str]) -> None:
    share(pipeline, "1", 10)
    (config,) = [name for name in pipeline.sagemaker.configs if "-ab-" in name]
    clients.s3().create_bucket(Bucket="marquee-dev-batch-123456789012-us-east-1")
    found = pipeline.call("reconcile", {"sweep": True, "older_than_seconds": -1})
    assert config not in found
    pipeline.call("roll_back", {"version": "2"})
    pipeline.sagemaker.settle()
    assert pipeline.call("roll_back", {"version": "2"})["status"] == "done"
    found = pipeline.call("reconcile", {"sweep": True, "older_than_seconds": -1})
    assert (found[config], config in pipeline.sagemaker.configs) == ("endpoint config", False)
    assert "attention" not in [notice["outcome"] for notice in pipeline.inbox()]


def test_the_reconciler_leaves_an_ab_test_alone(pipeline: Pipeline, realtime: list[str]) -> None:
    share(pipeline, "1", 10)
    pipeline.call("reconcile", {"quiet_seconds": 0})
    assert shares(pipeline) == [("2", 90.0), ("1", 10.0)]


def test_a_release_ends_an_ab_test(pipeline: Pipeline, realtime: list[str]) -> None:
    share(pipeline, "1", 10)
    run = pipeline.go_live(accuracy=1.0, content=GOOD_CSV + b"fine 98,pos\n")
    assert shares(pipeline) == [("3", 100.0)]
    assert champion(pipeline).run_id == run.run_id
    assert not [name for name in pipeline.sagemaker.configs if "-ab-" in name]
    # The variants differ before and after, which no guarded update may.
    assert "DeploymentConfig" not in pipeline.sagemaker.asked("UpdateEndpoint")[-1]


def test_the_judge_asks_the_champion_not_its_challenger(pipeline: Pipeline, realtime: list[str]) -> None:
    share(pipeline, "1", 10)
    pipeline.sagemaker.calls.clear()
    pipeline.go_live(accuracy=1.0, content=GOOD_CSV + b"fine 98,pos\n")
    assert pipeline.sagemaker.asked("InvokeEndpoint")[0]["TargetVariant"] == "live"


def test_a_challenger_that_does_not_answer_well_is_taken_off(pipeline: Pipeline, realtime: list[str]) -> None:
    pipeline.sagemaker.answers[f"marquee-dev-{realtime[0]}"] = lambda _: {"positive": 0.1, "negative": 0.9}
    step = share(pipeline, "1", 10)
    assert (step["status"], "misreads" in step["reason"]) == ("failed", True)
    pipeline.sagemaker.settle()
    assert shares(pipeline) == [("2", 100.0)]


@pytest.mark.parametrize(
    ("version", "percent", "says"),
    [("2", 10, "is the champion"), ("9", 10, "cannot be brought back"), ("1", 100, "marquee rollback 1")],
)
def test_a_senseless_share_is_refused(
    pipeline: Pipeline, realtime: list[str], version: str, percent: int, says: str
) -> None:
    with pytest.raises(Exception, match=says):
        share(pipeline, version, percent)


def test_a_serverless_endpoint_says_why_it_cannot(pipeline: Pipeline) -> None:
    pipeline.crown(0.95)
    with pytest.raises(Exception, match="a serverless endpoint has one variant"):
        share(pipeline, "1", 10)


def test_scaling_starts_when_the_endpoint_is_up_and_stops_before_an_update(
    pipeline: Pipeline, realtime: list[str], scaling: ScalingDouble
) -> None:
    assert pipeline.call("scale_endpoint", {}) == {"scales": True}
    assert scaling.target
    assert (scaling.target["MinCapacity"], scaling.target["MaxCapacity"]) == (1, 4)
    assert scaling.policy
    tracked = scaling.policy["TargetTrackingScalingPolicyConfiguration"]
    assert tracked["TargetValue"] == 600
    pipeline.call("roll_back", {"version": "1"})
    assert scaling.target is None
    assert pipeline.call("scale_endpoint", {}) == {"scales": False}  # not while it is updated


class Requests(Double):
    """CloudWatch, which counted so many requests."""

    counted = 0.0

    def GetMetricStatistics(self, **_: Any) -> Parameters:
        points = [{"Timestamp": datetime.now(UTC), "Sum": self.counted, "Unit": "None"}]
        return {"Label": "Invocations", "Datapoints": points if self.counted else []}


@pytest.fixture
def requests(aws: None) -> Iterator[Requests]:
    with Requests().answering(clients.cloudwatch()) as double:
        yield double


@pytest.fixture
def old(pipeline: Pipeline, table: str) -> Champion:
    """A champion of twenty days ago."""
    pipeline.crown(0.95)
    clients.dynamodb().update_item(
        TableName=table,
        Key={"pk": {"S": "champion"}},
        UpdateExpression="SET since = :s",
        ExpressionAttributeValues={":s": {"S": later(-20 * 86_400)}},
    )
    return champion(pipeline)


def test_an_endpoint_that_is_asked_stays(pipeline: Pipeline, old: Champion, requests: Requests) -> None:
    requests.counted = 3
    assert pipeline.call("sweep_endpoint", {}) == {"found": "in use"}
    assert pipeline.inbox() == []


def test_a_young_champion_is_given_time(pipeline: Pipeline, requests: Requests) -> None:
    pipeline.crown(0.95)
    assert pipeline.call("sweep_endpoint", {}) == {"found": "in use"}


def test_an_idle_endpoint_is_told_of_once_and_stays(
    pipeline: Pipeline, old: Champion, requests: Requests
) -> None:
    for _ in range(2):
        assert pipeline.call("sweep_endpoint", {}) == {"found": "idle"}
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], "was not asked once in 14 days" in notice["text"]) == ("idle", True)
    assert pipeline.sagemaker.endpoint


def test_an_idle_endpoint_is_deleted_if_so_set_and_a_rollback_wakes_it(
    pipeline: Pipeline, old: Champion, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELETE_IDLE_ENDPOINT", "true")
    settings.load.cache_clear()
    assert pipeline.call("sweep_endpoint", {}) == {"found": "deleted"}
    pipeline.call("reconcile", {"quiet_seconds": 0})
    assert pipeline.sagemaker.endpoint is None  # nobody makes it again by mistake
    assert pipeline.call("roll_back", {"version": "1"})["status"] == "updating"
    pipeline.sagemaker.settle()
    assert pipeline.call("roll_back", {"version": "1"})["status"] == "done"
    assert not champion(pipeline).asleep


def test_an_idle_endpoint_that_somebody_changes_at_once_stays_awake(
    pipeline: Pipeline, old: Champion, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELETE_IDLE_ENDPOINT", "true")
    settings.load.cache_clear()
    busy = Refused("ValidationException", 'Cannot update in-progress endpoint "arn:aws:sagemaker:e".')
    pipeline.sagemaker.refuse_next["DeleteEndpoint"] = busy
    assert pipeline.call("sweep_endpoint", {}) == {"found": "idle"}
    assert champion(pipeline) == old
    assert ReleaseLock(pipeline.table).holder() == ""
    assert pipeline.call("sweep_endpoint", {}) == {"found": "deleted"}


def test_a_look_that_dies_after_deleting_is_finished_by_the_next(
    pipeline: Pipeline, old: Champion, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELETE_IDLE_ENDPOINT", "true")
    settings.load.cache_clear()
    with monkeypatch.context() as dying:
        dying.setattr(ReleaseLock, "free", _die)
        with pytest.raises(SystemExit):
            pipeline.call("sweep_endpoint", {})
    assert pipeline.inbox() == []
    for _ in range(2):
        assert pipeline.call("sweep_endpoint", {}) == {"found": "deleted"}
    (notice,) = pipeline.inbox()
    assert (notice["outcome"], "was deleted" in notice["text"]) == ("idle", True)
    assert ReleaseLock(pipeline.table).holder() == ""


def _die(*_: object) -> None:
    raise SystemExit


def test_a_release_wakes_an_endpoint_that_was_deleted(
    pipeline: Pipeline, old: Champion, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELETE_IDLE_ENDPOINT", "true")
    settings.load.cache_clear()
    pipeline.call("sweep_endpoint", {})
    run = pipeline.go_live(content=GOOD_CSV + b"fine 97,pos\n")
    assert champion(pipeline).run_id == run.run_id
    assert pipeline.sagemaker.endpoint
    answer = clients.sagemaker_runtime().invoke_endpoint(
        EndpointName="marquee-dev", Body=json.dumps({"reviews": [{"id": "1", "text": "fine"}]})
    )
    assert isinstance(answer["Body"], io.BytesIO)
