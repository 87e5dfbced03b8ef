"""Updates under a steady load: traffic shifts in steps, alarms roll it back, no request fails."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.localcloud_sagemaker.aws import INFERENCE, Aws

DEPLOYMENT_EVENT = "SageMaker Endpoint Deployment State Change"
SLOW = INFERENCE.replace("def predict_fn(rows, model):", "def predict_fn(rows, model):\n    time.sleep(0.3)")


class Load:
    """What callers saw: who answered, and every failure."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.failures: list[str] = []


@contextmanager
def load(aws: Aws, endpoint: str, callers: int = 2) -> Iterator[Load]:
    """Callers that ask one request after the other and never again about the same."""
    seen, stop = Load(), threading.Event()
    options = Config(retries={"total_max_attempts": 1})

    def call() -> None:
        runtime = aws.client("sagemaker-runtime", config=options)
        while not stop.is_set():
            try:
                body = b'{"id": 1, "name": "x"}'
                answer = runtime.invoke_endpoint(EndpointName=endpoint, Body=body)
                seen.said.append(answer["Body"].read().decode().split('"said": "')[1].split('"')[0])
            except ClientError as error:
                seen.failures.append(str(error))
            time.sleep(0.01)

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def policy(kind: str, baking: int = 0, alarms: tuple[str, ...] = (), **routing: Any) -> dict[str, Any]:
    """A DeploymentConfig; seconds are ten times what they take here."""
    config: dict[str, Any] = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, **({"WaitIntervalInSeconds": 0} | routing)},
            "TerminationWaitInSeconds": baking,
        }
    }
    if alarms:
        config["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in alarms]}
    return config


def percent(value: int) -> dict[str, Any]:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def test_a_canary_gets_its_share_then_everything_and_no_request_fails(aws: Aws) -> None:
    endpoint = endpoint_of(aws, "canary", old="one", new="two")
    queue = aws.event_queue()
    deployment = policy("CANARY", baking=5, CanarySize=percent(25), WaitIntervalInSeconds=20)

    with load(aws, endpoint) as seen:
        update(aws, endpoint, "canary-new", deployment)
        aws.until(lambda: pending(aws, endpoint), "stage", "Baking")
        seen.said.clear()
        time.sleep(1.0)
        during = list(seen.said)
        described = aws.settled(endpoint)
        seen.said.clear()
        time.sleep(0.3)
        after = set(seen.said)

    assert not seen.failures
    assert 0.05 < during.count("two") / len(during) < 0.5
    assert after == {"two"}
    assert described["EndpointConfigName"] == "canary-new"
    assert described["LastDeploymentConfig"] == deployment
    assert "PendingDeploymentSummary" not in described
    # EventBridge promises no order
    assert {stage(event) for event in aws.events(queue, DEPLOYMENT_EVENT, "endpoint/canary")} == {
        "Launching 1 instance(s).",
        "Activating traffic on canary capacity of 1 instance(s).",
        "Baking for 20 seconds (WaitIntervalInSeconds) with traffic enabled on canary capacity "
        "of 1 instance(s).",
        "Activating traffic on full capacity of 1 instance(s).",
        "Baking for 5 seconds (TerminationWaitInSeconds) with traffic enabled on full capacity "
        "of 1 instance(s).",
        "IN_SERVICE",
    }


def test_an_alarm_on_the_new_fleet_rolls_back_to_the_old_one_and_no_request_fails(aws: Aws) -> None:
    # given a new model that answers, but slowly, and an alarm on the latency of the new fleet
    endpoint = endpoint_of(aws, "guarded", old="good", new="slow", script=SLOW)
    alarm(aws, "guarded-latency", "guarded", EndpointConfigName="guarded-new")
    queue = aws.event_queue()
    deployment = policy(
        "LINEAR",
        baking=3000,
        alarms=("guarded-latency",),
        LinearStepSize=percent(50),
        WaitIntervalInSeconds=3000,
    )

    with load(aws, endpoint) as seen:
        update(aws, endpoint, "guarded-new", deployment)
        described = aws.settled(endpoint)
        slow = seen.said.count("slow")
        seen.said.clear()
        time.sleep(0.3)

    assert not seen.failures
    assert slow
    assert set(seen.said) == {"good"}
    assert described["EndpointConfigName"] == "guarded-old"
    assert described["FailureReason"] == "One or more configured alarm(s) in ALARM state: [guarded-latency]"
    states = aws.events(queue, "SageMaker Endpoint State Change", "endpoint/guarded")
    statuses = {event["detail"]["EndpointStatus"] for event in states}
    assert statuses == {"UPDATING", "ROLLING_BACK", "IN_SERVICE"}


def test_an_update_that_is_taken_back_silently_fails_no_request_and_says_nothing(aws: Aws) -> None:
    # given an endpoint of whose next update only the name of the running config tells
    endpoint = endpoint_of(aws, "silent", old="one", new="two")
    aws.cloud.set_faults({"faults": [{"kind": "rollback", "endpoint": endpoint}]})

    with load(aws, endpoint) as seen:
        aws.client("sagemaker").update_endpoint(EndpointName=endpoint, EndpointConfigName="silent-new")
        described = aws.settled(endpoint)

    assert not seen.failures
    assert set(seen.said) == {"one"}
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "silent-old")
    assert "FailureReason" not in described
    assert [struck["kind"] for struck in aws.cloud.struck()] == ["rollback"]


def test_alarms_that_are_not_there_or_may_not_be_read_are_refused(aws: Aws) -> None:
    # given an endpoint, an alarm, and a model whose role may not read alarms
    endpoint = endpoint_of(aws, "watched", old="good", new="better")
    alarm(aws, "watched-latency", endpoint, EndpointConfigName="watched-new")
    blind = aws.role_with({"Action": "s3:*", "Resource": "*"})
    aws.config("blind", ("v", aws.greeter("blind", "blind", role=blind), 1))

    with pytest.raises(ClientError, match=r"Could not find CloudWatch alarm\(s\): \[nowhere\]"):
        update(aws, endpoint, "watched-new", policy("ALL_AT_ONCE", alarms=("nowhere",)))
    with pytest.raises(ClientError, match="not authorized to perform: cloudwatch:DescribeAlarms"):
        update(aws, endpoint, "blind", policy("ALL_AT_ONCE", alarms=("watched-latency",)))

    assert aws.settled(endpoint)["EndpointConfigName"] == "watched-old"


def endpoint_of(aws: Aws, name: str, old: str, new: str, script: str = INFERENCE) -> str:
    """An endpoint in service on `<name>-old`, and a config `<name>-new` to update it to."""
    aws.config(f"{name}-old", ("v", aws.greeter(f"{name}-old", old), 1))
    aws.config(f"{name}-new", ("v", aws.greeter(f"{name}-new", new, script=script), 1))
    aws.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=f"{name}-old")
    assert aws.settled(name)["EndpointStatus"] == "InService"
    return name


def update(aws: Aws, endpoint: str, config: str, deployment: Mapping[str, Any]) -> None:
    aws.client("sagemaker").update_endpoint(
        EndpointName=endpoint, EndpointConfigName=config, DeploymentConfig=deployment
    )


def pending(aws: Aws, endpoint: str) -> dict[str, Any]:
    described = aws.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    variant = described["PendingDeploymentSummary"]["ProductionVariants"][0]
    return {"stage": variant["VariantStatus"][0]["Status"]}


def stage(event: Mapping[str, Any]) -> str:
    """What a deployment event says: the message of the pending variant, or that it is over."""
    detail = event["detail"]
    if "PendingDeploymentSummary" not in detail:
        return str(detail["EndpointStatus"])
    variant = detail["PendingDeploymentSummary"]["ProductionVariants"][0]
    return str(variant["VariantStatus"][0]["StatusMessage"])


def alarm(aws: Aws, name: str, endpoint: str, **dimensions: str) -> None:
    """An alarm on a model latency of more than 0.2 s."""
    named = {"EndpointName": endpoint, "VariantName": "v", **dimensions}
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/SageMaker",
        MetricName="ModelLatency",
        ExtendedStatistic="p90",
        Dimensions=[{"Name": key, "Value": value} for key, value in named.items()],
        Period=10,
        EvaluationPeriods=1,
        Threshold=200_000,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
