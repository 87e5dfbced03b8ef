"""How often the SDK asks."""

from collections.abc import Iterator
from typing import Any

import pytest

from marquee import clients


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    clients.forget()
    yield
    clients.forget()


def test_a_glue_job_is_started_by_one_request() -> None:
    # StartJobRun has no token: asked again because no answer came, Glue would start a second run.
    assert attempts(clients.glue_once()) == 1
    assert attempts(clients.glue()) > 1


def attempts(client: Any) -> int:
    return int(client.meta.config.retries["total_max_attempts"])
