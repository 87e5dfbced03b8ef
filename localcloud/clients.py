"""SDK clients of the account's root, for what the cloud does on its own behalf."""

import threading
from typing import Any

import boto3

from localcloud.config import CloudConfig


class Clients:
    """Makes each client once; boto3 clients may be shared by threads, sessions may not."""

    def __init__(self, config: CloudConfig) -> None:
        self._session = boto3.Session(
            aws_access_key_id=config.access_key,
            aws_secret_access_key=config.secret_key,
            region_name=config.region,
        )
        self._endpoint, self._lock = config.endpoint_url, threading.Lock()
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The client of a service, such as "sqs"."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(service, endpoint_url=self._endpoint)  # type: ignore[call-overload]
            return self._clients[service]
