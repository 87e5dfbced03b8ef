"""A moto account with the ledger's table, and clients made for it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from moto import mock_aws

from marquee import clients
from tests.unit.quick_moto import quick

TABLE = "marquee-test-ledger"


@pytest.fixture(scope="session")
def shared_clients() -> Any:
    """Clients take 0.1 s each to make; all are for one account and region here, so every test shares them."""
    return cache(clients._client.__wrapped__)


@pytest.fixture(scope="session")
def quick_moto() -> Iterator[None]:
    with quick():
        yield


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, shared_clients: Any, quick_moto: None) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",  # pragma: allowlist secret
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(clients, "_client", shared_clients)
    with mock_aws():
        yield


@pytest.fixture
def table(aws: None) -> str:
    clients.dynamodb().create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": n, "AttributeType": "S"} for n in ("pk", "kind", "open", "created_at")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": f"by_{name}",
                "KeySchema": [
                    {"AttributeName": name, "KeyType": "HASH"},
                    {"AttributeName": "created_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
            for name in ("kind", "open")
        ],
    )
    return TABLE
