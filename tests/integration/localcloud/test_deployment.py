"""SAM deploys to the cloud, and what it deployed does what AWS would."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.client import LocalCloud


def eventually(look: Callable[[], Any], seconds: float = 30.0) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing was found within {seconds} s")


def receive(client: Any, url: str) -> Any:
    queue = client("sqs")
    return eventually(
        lambda: queue.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")
    )[0]


def emit(client: Any, source: str) -> None:
    entry = {"Source": source, "DetailType": "Test", "Detail": json.dumps({"answer": 42})}
    assert client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_an_object_reaches_a_function_through_eventbridge(client: Any, outputs: dict[str, str]) -> None:
    s3, bucket = client("s3"), outputs["Bucket"]

    s3.put_object(Bucket=bucket, Key="in/a.csv", Body=b"x")

    found = eventually(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="out/").get("Contents"))
    assert [item["Key"] for item in found] == ["out/in/a.csv"]


def test_a_custom_resource_answers(outputs: dict[str, str]) -> None:
    assert outputs["Greeting"] == "hello world"


def test_what_a_function_never_takes_ends_in_its_queues(client: Any, outputs: dict[str, str]) -> None:
    emit(client, "test.fail")

    letter = receive(client, outputs["Failures"])
    record = json.loads(receive(client, outputs["Outcomes"])["Body"])

    assert json.loads(letter["Body"])["detail"] == {"answer": 42}
    assert letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "too hot"
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responsePayload"]["errorType"] == "Overheated"


def test_an_event_its_target_does_not_permit_is_a_dead_letter(client: Any, outputs: dict[str, str]) -> None:
    emit(client, "test.unpermitted")

    letter = receive(client, outputs["Undelivered"])

    attributes = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert json.loads(letter["Body"])["source"] == "test.unpermitted"
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert attributes["RULE_ARN"] == outputs["UnpermittedArn"]
    assert attributes["TARGET_ARN"] == outputs["ReceiveArn"]
    assert attributes["RETRY_ATTEMPTS"] == "0"


def test_a_state_machine_sees_exception_names_and_its_own_roles_limits(
    client: Any, outputs: dict[str, str]
) -> None:
    states = client("stepfunctions")
    arn = states.start_execution(stateMachineArn=outputs["FlowArn"], input="{}")["executionArn"]

    execution = eventually(lambda: _ended(states, arn))

    assert execution["status"] == "SUCCEEDED", execution
    output = json.loads(execution["output"])
    assert output["caught"]["Error"] == "Overheated"
    assert "lambda:InvokeFunction" in output["invoke"]["Cause"]
    assert output["list"]["Error"] == "SageMaker.AccessDeniedException"


def _ended(states: Any, arn: str) -> Any:
    execution = states.describe_execution(executionArn=arn)
    return execution if execution["status"] != "RUNNING" else None


def test_a_function_url_reaches_a_plugged_service_as_far_as_its_role_goes(
    cloud: LocalCloud, outputs: dict[str, str]
) -> None:
    url = _local(cloud, outputs["PingUrl"])

    with urllib.request.urlopen(url) as answer:
        assert json.load(answer) == {"pong": True}
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(url + "other")
    assert (refused.value.code, refused.value.read()) == (403, b"AccessDeniedException")
    refused.value.close()


def test_a_function_that_raises_is_502_and_keeps_its_words(
    cloud: LocalCloud, outputs: dict[str, str]
) -> None:
    with pytest.raises(urllib.error.HTTPError) as failed:
        urllib.request.urlopen(_local(cloud, outputs["PingUrl"]) + "raise")

    assert failed.value.code == 502
    assert b"secret" not in failed.value.read()
    failed.value.close()


def test_invocations_run_side_by_side_and_hold_up_nobody(
    cloud: LocalCloud, client: Any, outputs: dict[str, str]
) -> None:
    def read(path: str) -> bytes:
        with urllib.request.urlopen(_local(cloud, outputs["PingUrl"]) + path) as answer:
            return bytes(answer.read())

    def sleepers() -> tuple[list[bytes], float, float]:
        with ThreadPoolExecutor(4) as pool:
            since = time.monotonic()
            calls = [pool.submit(read, "sleep") for _ in range(4)]
            client("sqs").list_queues()
            answered = time.monotonic() - since
            return [call.result() for call in calls], time.monotonic() - since, answered

    sleepers()  # starts the processes

    bodies, seconds, answered = sleepers()

    assert bodies == [b"slept"] * 4
    assert seconds < 3.0, "four invocations of one second ran one after the other"
    assert answered < 1.0, "another call waited for a function"


def _local(cloud: LocalCloud, function_url: str) -> str:
    url_id = function_url.split("//")[1].split(".", maxsplit=1)[0]
    return f"{cloud.endpoint_url}/_aws/lambda-url/{url_id}/"


@pytest.fixture(scope="module")
def maker(cloud: LocalCloud, client: Any) -> boto3.Session:
    """A session of a user who may create models and read one database, and pass no role."""
    iam = client("iam")
    iam.create_user(UserName="maker")
    database = "arn:aws:glue:*:*:database/open"
    statements = [
        {"Effect": "Allow", "Action": "sagemaker:CreateModel", "Resource": "*"},
        {"Effect": "Allow", "Action": "glue:GetTables", "Resource": database},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="maker", PolicyName="create", PolicyDocument=policy)
    key = iam.create_access_key(UserName="maker")["AccessKey"]
    return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=cloud.config.region)


def test_iam_is_asked_for_actions_and_passed_roles(
    cloud: LocalCloud, maker: boto3.Session, outputs: dict[str, str]
) -> None:
    models = maker.client("sagemaker", endpoint_url=cloud.endpoint_url)

    with pytest.raises(ClientError) as passing:
        models.create_model(ModelName="m", ExecutionRoleArn=outputs["PingRoleArn"])
    with pytest.raises(ClientError) as listing:
        models.list_models()

    assert passing.value.response["Error"]["Code"] == "AccessDeniedException"
    assert f"iam:PassRole on resource: {outputs['PingRoleArn']}" in str(passing.value)
    assert "is not authorized to perform: sagemaker:ListModels" in str(listing.value)


def test_iam_is_asked_for_what_a_service_leaves_to_ministack(
    cloud: LocalCloud, maker: boto3.Session, client: Any
) -> None:
    for name in ("open", "closed"):
        client("glue").create_database(DatabaseInput={"Name": name})
    catalogue = maker.client("glue", endpoint_url=cloud.endpoint_url)

    assert catalogue.get_tables(DatabaseName="open")["TableList"] == []
    with pytest.raises(ClientError) as denied:
        catalogue.get_tables(DatabaseName="closed")
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"


def test_root_reaches_the_plugged_service(client: Any) -> None:
    models = client("sagemaker").list_models()["Models"]

    assert [model["CreationTime"].isoformat() for model in models] == ["2026-01-02T03:04:05+00:00"]


def test_parameters_are_refused_as_aws_refuses_them(client: Any, cloud: LocalCloud) -> None:
    with pytest.raises(ClientError) as refused:
        client("sagemaker").create_model(ModelName="no blanks", ExecutionRoleArn="x" * 20)

    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert "2 validation errors detected: Value 'no blanks' at 'modelName'" in str(refused.value)


def test_a_range_of_an_object_is_that_range(client: Any) -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="ranges")
    s3.put_object(Bucket="ranges", Key="digits", Body=b"0123456789")
    s3.put_object(Bucket="ranges", Key="nothing", Body=b"")

    def read(key: str, **asked: str) -> bytes:
        return bytes(s3.get_object(Bucket="ranges", Key=key, **asked)["Body"].read())

    assert read("digits", Range="bytes=2-4") == b"234"
    assert read("digits", Range="bytes=-3") == b"789"
    assert read("digits") == b"0123456789"
    with pytest.raises(ClientError, match="InvalidRange"):
        read("nothing", Range="bytes=0-1")
