"""The AWS account a command speaks to: a real one, or the local cloud of a state folder."""

# ruff: noqa: PLC0415 - boto3 costs 0.3 s, and `--help` does without it

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cli.errors import CommandError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    import boto3

    from localcloud.client import LocalCloud
    from localcloud.config import CloudConfig
    from marquee.batches import BatchLedger
    from marquee.ledger import Ledger

LOCAL = "local"


@dataclass(frozen=True)
class Account:
    """One stage of Marquee: the session and endpoint to reach it, and what its stack made."""

    stage: str
    session: boto3.Session
    endpoint_url: str | None = None

    def client(self, service: str) -> Any:
        """A boto3 client of this account."""
        return self.session.client(service, endpoint_url=self.endpoint_url)  # type: ignore[call-overload]

    @property
    def stack_name(self) -> str:
        """The CloudFormation stack of the stage."""
        return f"marquee-{self.stage}"

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """What the stack calls its buckets, queue and addresses."""
        return stack_outputs(self)

    @property
    def address(self) -> str:
        """The function URL as this machine reaches it: the local cloud serves it under a path."""
        url = self.outputs["FunctionUrl"]
        if self.endpoint_url is None:
            return url
        url_id = (urlsplit(url).hostname or "").partition(".")[0]
        return f"{self.endpoint_url}/_aws/lambda-url/{url_id}/"

    def ledger(self) -> Ledger:
        """The ledger of this stage."""
        from marquee.ledger import Ledger

        return Ledger(self.outputs["LedgerTableName"], self.client("dynamodb"))

    def batches(self) -> BatchLedger:
        """The ledger of this stage's batches."""
        from marquee.batches import BatchLedger

        return BatchLedger(self.outputs["LedgerTableName"], self.client("dynamodb"))


def stack_outputs(account: Account) -> dict[str, str]:
    """The outputs of a deployed stack; a CommandError if there is none."""
    from botocore.exceptions import ClientError

    try:
        stacks = account.client("cloudformation").describe_stacks(StackName=account.stack_name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        stacks = []
    if not stacks or "Outputs" not in stacks[0]:
        raise CommandError(f"The stack {account.stack_name} is not deployed.", _how_to_deploy(account.stage))
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}


def _how_to_deploy(stage: str) -> str:
    return "Run `marquee up`." if stage == LOCAL else f"Run `make deploy STAGE={stage}`."


@contextmanager
def account_of(arguments: argparse.Namespace) -> Iterator[Account]:
    """The account that --stage and --state name; a CommandError for what it refuses."""
    with refusals_explained(arguments.stage):
        yield local_account(arguments.state) if arguments.stage == LOCAL else _aws_account(arguments.stage)


@contextmanager
def refusals_explained(stage: str) -> Iterator[None]:
    """Turn what AWS or the network refuses inside the block into a CommandError."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise CommandError(*_explained(error, stage)) from error


def cloud_config(state: Path, port: int = 4566) -> CloudConfig:
    """The cloud of a state folder, which owns the folder `cloud` in it."""
    from localcloud.config import CloudConfig

    return CloudConfig(state=state.resolve() / "cloud", port=port)


def find_cloud(state: Path) -> LocalCloud | None:
    """The cloud that runs with a state folder, if one does."""
    from localcloud.client import LocalCloud

    return LocalCloud.find(cloud_config(state))


def local_account(state: Path) -> Account:
    """The account of the cloud that runs with a state folder; a CommandError if none does."""
    import boto3

    cloud = find_cloud(state)
    if cloud is None:
        raise CommandError(f"No local cloud runs with the state folder {state}.", "Run `marquee up`.")
    keys = cloud.environment()
    session = boto3.Session(
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        region_name=keys["AWS_REGION"],
    )
    return Account(LOCAL, session, cloud.endpoint_url)


def _aws_account(stage: str) -> Account:
    import boto3

    return Account(stage, boto3.Session())


def _explained(error: Exception, stage: str) -> tuple[str, str]:
    if stage == LOCAL:
        return (
            f"The local cloud refused: {error}",
            "Its logs are in the state folder.",
        )
    return (
        f"AWS refused: {error}",
        "Check the credentials and region with `aws sts get-caller-identity` and `aws configure list`; "
        "docs/aws.md lists the permissions this needs.",
    )
