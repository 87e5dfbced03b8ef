"""What can be seen of an endpoint: metrics, logs, alarms; all under the execution role."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.localcloud_sagemaker.aws import ACCOUNT, INFERENCE, REGION, Aws

TALKING = INFERENCE.replace(
    "def predict_fn(rows, model):",
    "def predict_fn(rows, model):\n    print('asked about', rows[0]['name'])",
)


@pytest.fixture(scope="module")
def endpoint(aws: Aws) -> str:
    """An endpoint whose script prints what it is asked."""
    return created(aws, "observed", aws.greeter("observed", "hello", script=TALKING))


def test_invocations_and_errors_and_latencies_are_metrics_of_endpoint_and_variant(
    aws: Aws, endpoint: str
) -> None:
    for _ in range(3):
        aws.invoke(endpoint, {"id": 1, "name": "x", "sleep": 0.05})
    with pytest.raises(ClientError, match="ModelError"):
        aws.invoke(endpoint, {"id": 1})

    by_variant = {"EndpointName": "observed", "VariantName": "v"}
    eventually(lambda: statistic(aws, "Invocations", "Sum", **by_variant) == 4)
    by_config = by_variant | {"EndpointConfigName": "observed"}
    assert statistic(aws, "Invocations", "Sum", **by_config) == 4
    assert statistic(aws, "InvocationsPerInstance", "Sum", **by_variant) == 4
    assert statistic(aws, "Invocation5XXErrors", "Average", **by_variant) == 0.25
    assert statistic(aws, "InvocationModelErrors", "Sum", **by_variant) == 1
    assert statistic(aws, "Invocation4XXErrors", "Sum", **by_variant) == 0
    assert 50_000 <= statistic(aws, "ModelLatency", "Maximum", **by_variant) < 2_000_000
    assert 0 < statistic(aws, "OverheadLatency", "Maximum", **by_variant) < 2_000_000


def test_what_a_container_prints_is_in_the_endpoints_log_group(aws: Aws, endpoint: str) -> None:
    aws.invoke(endpoint, {"id": 1, "name": "a talkative model"})

    eventually(lambda: "asked about a talkative model" in lines(aws, "/aws/sagemaker/Endpoints/observed"))
    (stream,) = aws.client("logs").describe_log_streams(logGroupName="/aws/sagemaker/Endpoints/observed")[
        "logStreams"
    ]
    assert stream["logStreamName"].startswith("v/i-")


def test_a_role_without_leave_for_logs_and_metrics_serves_and_is_not_seen(aws: Aws) -> None:
    mute = aws.role_with({"Action": "s3:*", "Resource": "*"})
    endpoint = created(aws, "mute", aws.greeter("mute", "hello", script=TALKING, role=mute))

    assert aws.invoke(endpoint, {"id": 1, "name": "x"})["said"] == "hello"

    time.sleep(3)
    assert statistic(aws, "Invocations", "Sum", EndpointName="mute", VariantName="v") == 0
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix="/aws/sagemaker/Endpoints/mute")
    assert not groups["logGroups"]


def test_an_alarm_rings_at_its_topic_and_is_over_when_silence_returns(aws: Aws, endpoint: str) -> None:
    queue, topic = subscribed_topic(aws)
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="observed-5xx",
        AlarmDescription="The model fails.",
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Statistic="Sum",
        Dimensions=[{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": "v"}],
        Period=10,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )

    with pytest.raises(ClientError, match="ModelError"):
        aws.invoke(endpoint, {"id": 1})

    rung, over = (json.loads(body) for body in messages(aws, queue, 2, since="ALARM"))
    assert (rung["NewStateValue"], rung["AlarmDescription"]) == ("ALARM", "The model fails.")
    assert rung["Region"] == "US East (N. Virginia)"
    assert rung["Trigger"]["Dimensions"][0] == {"value": endpoint, "name": "EndpointName"}
    assert "greater than the threshold (0.0)" in rung["NewStateReason"]
    assert (over["OldStateValue"], over["NewStateValue"]) == ("ALARM", "OK")


def created(aws: Aws, name: str, model: str) -> str:
    aws.client("sagemaker").create_endpoint(
        EndpointName=name, EndpointConfigName=aws.config(name, ("v", model, 1))
    )
    assert aws.settled(name)["EndpointStatus"] == "InService"
    return name


def eventually(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def statistic(aws: Aws, metric: str, name: str, **dimensions: str) -> float:
    """A statistic of all that was put so far; 0 when nothing was."""
    now = datetime.now(UTC)
    points = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=7200,
        Statistics=[name],
    )["Datapoints"]
    return float(sum(point[name] for point in points))


def lines(aws: Aws, group: str) -> list[str]:
    logs = aws.client("logs")
    try:
        return [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def subscribed_topic(aws: Aws) -> tuple[str, str]:
    """A queue's URL and the ARN of a topic that CloudWatch may publish to, and that the queue gets."""
    queue, topic = aws.event_queue(), aws.client("sns").create_topic(Name="alarms")["TopicArn"]
    publish = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [publish]})
    aws.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    name = queue.rpartition("/")[2]
    aws.client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
        Attributes={"RawMessageDelivery": "true"},
    )
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    open_to_all = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": open_to_all})
    return queue, topic


def messages(aws: Aws, queue: str, count: int, since: str) -> Iterator[Any]:
    """The alarm messages from the first with the state `since` on."""
    found: list[str] = []
    deadline = time.monotonic() + 30
    while len(found) < count:
        assert time.monotonic() < deadline, found
        got = aws.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in got.get("Messages", []):
            aws.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            state = json.loads(message["Body"]).get("NewStateValue")
            if state and (found or state == since):
                found.append(message["Body"])
    yield from found[:count]
