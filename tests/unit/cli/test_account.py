"""The account of a stage: its stack's outputs, and failures in words."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli.account import Account, account_of
from cli.errors import CommandError
from cli.terminal import Terminal
from cli.uploading import upload


@pytest.fixture
def stacks(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> Stubber:
    """CloudFormation's answers, held against its own model by botocore."""
    client = session.client("cloudformation")
    monkeypatch.setattr(Account, "client", lambda *_: client)
    stubber = Stubber(client)
    stubber.activate()
    return stubber


def test_outputs_are_the_stacks(session: boto3.Session, stacks: Stubber) -> None:
    outputs = [{"OutputKey": "RawBucketName", "OutputValue": "raw"}]
    stack = {
        "StackName": "marquee-dev",
        "StackStatus": "CREATE_COMPLETE",
        "CreationTime": datetime(2026, 11, 22, tzinfo=UTC),
        "Outputs": outputs,
    }
    stacks.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "marquee-dev"})

    assert Account("dev", session).outputs == {"RawBucketName": "raw"}


def test_a_stage_without_a_stack_says_how_to_deploy_it(session: boto3.Session, stacks: Stubber) -> None:
    stacks.add_client_error("describe_stacks", "ValidationError", "Stack with id marquee-prod does not exist")

    with pytest.raises(CommandError, match="marquee-prod is not deployed") as failure:
        _ = Account("prod", session).outputs

    assert failure.value.next_step == "Run `make deploy STAGE=prod`."


def test_a_forbidden_stack_is_not_called_absent(session: boto3.Session, stacks: Stubber) -> None:
    stacks.add_client_error("describe_stacks", "AccessDenied", "not authorized")

    with pytest.raises(ClientError, match="not authorized"):
        _ = Account("prod", session).outputs


def test_what_aws_refuses_is_told_with_a_way_on(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")

    with (
        pytest.raises(CommandError, match="bucket does not exist") as failure,
        account_of(argparse.Namespace(stage="dev")) as account,
    ):
        account.client("s3").list_objects_v2(Bucket="absent")

    assert "aws sts get-caller-identity" in failure.value.next_step


def test_a_refused_upload_is_told_with_a_way_on(
    session: boto3.Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, terminal: Terminal
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    file = tmp_path / "films.csv"
    file.write_text("review,sentiment\n")

    with (
        pytest.raises(CommandError, match="bucket does not exist"),
        account_of(argparse.Namespace(stage="dev")) as account,
    ):
        upload(account, file, "absent", "raw/films.csv", terminal)
