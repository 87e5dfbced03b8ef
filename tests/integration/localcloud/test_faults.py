"""What a plan strikes goes wrong as it does on AWS, and is healed as AWS heals it."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.client import LocalCloud
from tests.integration.localcloud.test_deployment import eventually

CREATED = {"source": ["aws.s3"], "detail": {"object": {"key": [{"prefix": "in/"}]}}}


@pytest.fixture(autouse=True)
def healthy_again(cloud: LocalCloud) -> Iterator[None]:
    yield
    cloud.set_faults({"faults": []})
    cloud.record_calls(False)


@pytest.fixture
def drop(client: Any, outputs: dict[str, str]) -> Any:
    s3, bucket = client("s3"), outputs["Bucket"]
    return lambda key: s3.put_object(Bucket=bucket, Key=f"in/{key}", Body=b"x")


@pytest.fixture
def arrived(client: Any, outputs: dict[str, str]) -> Any:
    """When the function wrote down that it was told of an object, if it did."""
    s3 = client("s3")

    def look(key: str) -> Any:
        prefix = f"out/in/{key}"
        found = s3.list_objects_v2(Bucket=outputs["Bucket"], Prefix=prefix).get("Contents", [])
        return found[0]["LastModified"] if found else None

    return look


def strike(cloud: LocalCloud, kind: str, **fault: Any) -> None:
    cloud.set_faults({"faults": [{"kind": kind, **fault}]})


def calls_of(cloud: LocalCloud, function: str) -> list[list[str]]:
    return [
        invocation["calls"]
        for invocation in cloud.recorded_calls()
        if function in invocation["function"] and invocation["ended"]
    ]


def test_a_dropped_event_is_lost_and_the_next_is_not(cloud: LocalCloud, drop: Any, arrived: Any) -> None:
    strike(cloud, "drop", event=CREATED)

    drop("dropped")
    eventually(cloud.struck)
    drop("kept")

    eventually(lambda: arrived("kept"))
    assert not arrived("dropped")
    assert [(strike["fault"], strike["kind"]) for strike in cloud.struck()] == [(0, "drop")]
    assert "Object Created" in cloud.struck()[0]["subject"]


@pytest.mark.parametrize("on", ["delivery", "invocation"])
def test_an_event_delivered_five_times_runs_the_function_five_times(
    cloud: LocalCloud, drop: Any, on: str
) -> None:
    cloud.record_calls(True)
    strike(cloud, "duplicate", on=on, target="*Receive*", deliveries=5)

    drop("five")

    eventually(lambda: len(calls_of(cloud, "Receive")) >= 5)
    assert calls_of(cloud, "Receive") == [["s3:PutObject"]] * 5


def test_a_delayed_event_is_pending_until_it_arrives(cloud: LocalCloud, drop: Any, arrived: Any) -> None:
    strike(cloud, "delay", event=CREATED, seconds=1.0)

    drop("late")
    eventually(cloud.pending_events)
    assert not arrived("late")

    eventually(lambda: arrived("late"))
    assert cloud.pending_events() == 0


def test_a_reordered_event_arrives_behind_the_next(cloud: LocalCloud, drop: Any, arrived: Any) -> None:
    strike(cloud, "reorder", event=CREATED, at_most=600)

    drop("first")
    eventually(cloud.pending_events)
    assert not arrived("first")
    drop("second")

    eventually(lambda: arrived("first"))
    eventually(lambda: arrived("second"))
    assert cloud.pending_events() == 0


def test_what_is_held_back_goes_on_when_the_plan_ends(cloud: LocalCloud, drop: Any, arrived: Any) -> None:
    strike(cloud, "reorder", event=CREATED, at_most=600)
    drop("held")
    eventually(cloud.pending_events)

    cloud.set_faults({"faults": []})

    eventually(lambda: arrived("held"))


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_function_is_invoked_again(cloud: LocalCloud, drop: Any, arrived: Any, when: str) -> None:
    cloud.record_calls(True)
    strike(cloud, "kill", function="*Receive*", action="s3:PutObject", when=when)

    drop(f"killed-{when}")

    eventually(lambda: len(calls_of(cloud, "Receive")) >= 2)
    eventually(lambda: arrived(f"killed-{when}"))
    assert calls_of(cloud, "Receive") == [["s3:PutObject"]] * 2
    assert len(cloud.struck()) == 1


def test_a_call_is_served_when_its_caller_dies_after_it_and_not_when_before(
    cloud: LocalCloud, client: Any, outputs: dict[str, str], arrived: Any
) -> None:
    def invoke(key: str, when: str) -> Any:
        strike(cloud, "kill", function="*Receive*", call=1, when=when)
        detail = {"bucket": {"name": outputs["Bucket"]}, "object": {"key": f"in/{key}"}}
        event = json.dumps({"detail-type": "Object Created", "detail": detail})
        return client("lambda").invoke(FunctionName=outputs["ReceiveArn"], Payload=event)

    served, unserved = invoke("served", "after"), invoke("unserved", "before")

    for answer in (served, unserved):
        assert answer["FunctionError"] == "Unhandled"
        error = json.loads(answer["Payload"].read())
        assert error["errorType"] == "Runtime.ExitError"
        assert error["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert arrived("served")
    assert not arrived("unserved")


def test_a_function_url_answers_502_for_a_killed_function(cloud: LocalCloud, outputs: dict[str, str]) -> None:
    strike(cloud, "kill", function="*Ping*", action="sagemaker:InvokeEndpoint")
    url = _url(cloud, outputs)

    with pytest.raises(urllib.error.HTTPError) as failed:
        urllib.request.urlopen(url)
    failed.value.close()
    with urllib.request.urlopen(url) as answer:
        assert json.load(answer) == {"pong": True}

    assert failed.value.code == 502


def _url(cloud: LocalCloud, outputs: dict[str, str]) -> str:
    url_id = outputs["PingUrl"].split("//")[1].split(".", maxsplit=1)[0]
    return f"{cloud.endpoint_url}/_aws/lambda-url/{url_id}/"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("dynamodb", "list_tables", "dynamodb:ListTables"), ("ThrottlingException", 400)),
        (("sqs", "list_queues", "sqs:ListQueues"), ("RequestThrottled", 403)),
        (("sns", "list_topics", "sns:ListTopics"), ("Throttled", 429)),
        (("s3", "list_buckets", "s3:ListAllMyBuckets"), ("SlowDown", 503)),
        (("lambda", "list_functions", "lambda:ListFunctions"), ("TooManyRequestsException", 429)),
        (("sagemaker", "list_models", "sagemaker:ListModels"), ("ThrottlingException", 400)),
        (("stepfunctions", "list_state_machines", "states:ListStateMachines"), ("ThrottlingException", 400)),
        (("cloudwatch", "list_metrics", "cloudwatch:ListMetrics"), ("Throttling", 400)),
    ],
)
def test_throttling_reads_as_each_service_words_it(
    cloud: LocalCloud, session: Any, call: tuple[str, str, str], expected: tuple[str, int]
) -> None:
    service, method, action = call
    once = Config(retries={"total_max_attempts": 1})
    caller = session.client(service, endpoint_url=cloud.endpoint_url, config=once)
    strike(cloud, "error", caller="root", action=action, error="throttling")

    with pytest.raises(ClientError) as refused:
        getattr(caller, method)()

    response = refused.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == expected
    getattr(caller, method)()


def test_an_endpoint_that_throttles_reads_as_sagemaker_words_it(
    cloud: LocalCloud, outputs: dict[str, str]
) -> None:
    strike(
        cloud, "error", caller="*Ping*", action="sagemaker:InvokeEndpoint", error="throttling", attempts="all"
    )

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(_url(cloud, outputs))

    assert refused.value.read() == b"ThrottlingException"
    refused.value.close()
    assert len(cloud.struck()) > 1, "the SDK tried once only"


def test_a_state_machines_own_call_fails_by_the_name_it_can_retry(
    cloud: LocalCloud, client: Any, outputs: dict[str, str]
) -> None:
    states = client("stepfunctions")
    strike(cloud, "error", caller="*Flow*", action="lambda:InvokeFunction", error="throttling")

    arn = states.start_execution(stateMachineArn=outputs["FlowArn"], input="{}")["executionArn"]

    execution = eventually(
        lambda: (found := states.describe_execution(executionArn=arn))["status"] != "RUNNING" and found
    )
    assert (execution["status"], execution["error"]) == ("FAILED", "Lambda.TooManyRequestsException")


def test_a_process_that_runs_already_is_killed_and_the_next_lives(
    cloud: LocalCloud, client: Any, outputs: dict[str, str]
) -> None:
    functions = client("lambda").list_functions()["Functions"]
    ping = next(found["FunctionName"] for found in functions if found["Role"] == outputs["PingRoleArn"])
    event = json.dumps({"rawPath": "/sleep"})

    def invoke() -> Any:
        return client("lambda").invoke(FunctionName=ping, Payload=event)

    invoke()
    strike(cloud, "kill_process", process=f"function {ping}", after=0.0)

    killed = eventually(cloud.struck)

    assert [strike["kind"] for strike in killed] == ["kill_process"]
    assert "FunctionError" not in invoke()
    assert cloud.struck() == killed


def test_a_plan_that_cannot_be_followed_changes_nothing(cloud: LocalCloud) -> None:
    strike(cloud, "drop", rule="known")

    with pytest.raises(ValueError, match=r"faults\[0\]\.event: not an EventBridge pattern"):
        strike(cloud, "drop", event={"source": "not a list"})

    assert cloud.control("faults")["plan"]["faults"][0]["rule"] == "known"


def test_only_who_holds_the_key_may_strike(cloud: LocalCloud) -> None:
    request = urllib.request.Request(f"{cloud.endpoint_url}/_localcloud/control/faults", b"{}")

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    refused.value.close()

    assert refused.value.code == 403
