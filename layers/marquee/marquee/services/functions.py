"""Lambda functions that another function sets to work."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from marquee import clients

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda import LambdaClient


class Function:
    """One function, invoked as EventBridge invokes it: asynchronously, with Lambda's retries."""

    def __init__(self, name: str, client: LambdaClient | None = None) -> None:
        self._name = name
        self._client = client or clients.functions()

    def send(self, event: Mapping[str, Any]) -> None:
        """Hand the function an event; what becomes of it is for its own retries and alarms."""
        self._client.invoke(FunctionName=self._name, InvocationType="Event", Payload=json.dumps(event))
