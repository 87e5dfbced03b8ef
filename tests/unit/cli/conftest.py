"""A stage in moto's AWS, and a terminal whose progress can be read."""

from collections.abc import Callable, Iterator

import boto3
import pytest
from moto import mock_aws

from cli.account import Account
from cli.terminal import Terminal


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield boto3.Session("AKIATEST", "secret", region_name="us-east-1")


Deploy = Callable[[dict[str, str]], Account]


@pytest.fixture
def deploy(session: boto3.Session) -> Deploy:
    """Give the account of a stack with the outputs a test needs; moto's own stacks need much more."""

    def deployed(outputs: dict[str, str]) -> Account:
        account = Account("dev", session)
        vars(account)["outputs"] = outputs
        return account

    return deployed
