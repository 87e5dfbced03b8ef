"""One `sam deploy` is enough, a second changes nothing, and changed code reaches the jobs by itself."""

import json
from typing import Any
from urllib.parse import urlparse

import pytest
from botocore.exceptions import ClientError

from tests.integration.template.conftest import Project

pytestmark = pytest.mark.timeout(600)


def test_stack_stands_with_the_code_that_glue_and_sagemaker_run(deployed: Project) -> None:
    for name in ("prepare_dataset.py", "etl.zip", "sourcedir.tar.gz"):
        assert published(deployed, name)["ContentLength"] > 0


def test_state_machines_are_deployed_with_functions_in_place_of_names(deployed: Project) -> None:
    for key in ("PrepareDatasetArn", "ReleaseModelArn"):
        arn = deployed.outputs()[key]
        machine = deployed.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
        states = json.loads(machine["definition"])["States"]
        functions = {s["Arguments"]["FunctionName"] for s in states.values() if s["Type"] == "Task"}
        assert functions
        assert all(name.startswith("arn:aws:lambda:") for name in functions)


def test_bucket_refuses_what_its_policy_refuses(deployed: Project) -> None:
    # A function's role may write code/ and nothing else of the bucket.
    role = deployed.client("iam").get_role(RoleName=role_of(deployed, "publish-code"))["Role"]
    credentials = deployed.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="test")[
        "Credentials"
    ]
    s3 = as_role(deployed, credentials)
    bucket = deployed.outputs()["ModelBucketName"]
    s3.put_object(Bucket=bucket, Key="code/test", Body=b"")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=bucket, Key="models/test", Body=b"")


def test_what_a_function_cannot_handle_ends_in_the_queue_of_failed_events(deployed: Project) -> None:
    # given an event no handler can read
    event = {"source": "aws.s3", "detail": {"bucket": {}}}
    name = "marquee-local-receive-upload"
    deployed.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))
    # then it is kept together with the error
    sqs = deployed.client("sqs")
    queue = sqs.get_queue_url(QueueName="marquee-local-failed-events")["QueueUrl"]
    messages: list[dict[str, Any]] = []
    for _ in range(6):
        messages += sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10).get("Messages", [])
        if messages:
            break
    record = json.loads(messages[0]["Body"])
    assert record["requestPayload"] == event
    assert record["requestContext"]["approximateInvokeCount"] == 3


def test_second_deploy_changes_nothing_and_changed_training_code_is_published(deployed: Project) -> None:
    before = code_folder(deployed)
    assert "No changes to deploy" in deployed.deploy()
    # when a line of training/ changes
    with (deployed.folder / "training" / "train.py").open("a") as source:
        source.write("# changed\n")
    deployed.deploy()
    # then the job and the functions point to the new code, and the old is still there for old models
    after = code_folder(deployed)
    assert after != before
    function = deployed.client("lambda").get_function_configuration(
        FunctionName="marquee-local-start-training"
    )
    assert function["Environment"]["Variables"]["CODE_URI"] == after
    for folder in (before, after):
        place = urlparse(folder)
        key = f"{place.path[1:]}/sourcedir.tar.gz"
        assert deployed.client("s3").head_object(Bucket=place.netloc, Key=key)


def code_folder(project: Project) -> str:
    job = project.client("glue").get_job(JobName=project.outputs()["GlueJobName"])["Job"]
    return str(job["Command"]["ScriptLocation"]).rpartition("/")[0]


def published(project: Project, name: str) -> dict[str, Any]:
    place = urlparse(f"{code_folder(project)}/{name}")
    found: dict[str, Any] = project.client("s3").head_object(Bucket=place.netloc, Key=place.path[1:])
    return found


def role_of(project: Project, function: str) -> str:
    configuration = project.client("lambda").get_function_configuration(
        FunctionName=f"marquee-local-{function}"
    )
    return str(configuration["Role"]).rpartition("/")[2]


def as_role(project: Project, credentials: dict[str, str]) -> Any:
    import boto3  # noqa: PLC0415

    return boto3.client(
        "s3",
        endpoint_url=project.cloud.endpoint_url,
        region_name=project.cloud.config.region,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
