"""A deployed local stage for trials: what happens to it, and what every service says of it afterwards."""

import contextlib
import os
import socket
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3
from botocore.config import Config

from cli.account import Account
from cli.sam import Sam, build_environment
from cli.terminal import Terminal
from localcloud.client import LocalCloud
from localcloud.config import CloudConfig
from marquee.identity import run_id_of

FAST_SERVICES = ("chaos.compute.functions", "chaos.compute.glue", "chaos.compute.sagemaker")
WAIT_SCALE = 0.05
"""The 30 s that a candidate waits for its turn take 1.5 s, the other 20 s 1 s."""
DELIVERY_SCALE = 0.005
"""A retry that Lambda makes after a minute comes after 0.3 s."""
_INVOKE_SECONDS = 300


@dataclass(frozen=True)
class Stage:
    """One local stage and the ways to reach it."""

    cloud: LocalCloud
    account: Account

    def client(self, service: str) -> Any:
        """A boto3 client of the account's root."""
        return self.account.client(service)

    def drop(self, name: str, content: bytes) -> str:
        """Put an object under raw/; the id of the run that has to come of it."""
        bucket, key = self.account.outputs["RawBucketName"], f"raw/{name}"
        etag = self._objects.put_object(Bucket=bucket, Key=key, Body=content)["ETag"]
        return run_id_of(bucket, key, etag)

    def drop_batch(self, name: str, content: bytes) -> None:
        """Put an object under batch/in/."""
        bucket = self.account.outputs["BatchBucketName"]
        self._objects.put_object(Bucket=bucket, Key=f"batch/in/{name}", Body=content)

    def functions(self) -> list[str]:
        """Every function of the deployed stack, by its full name."""
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        names = [function["FunctionName"] for page in pages for function in page["Functions"]]
        return sorted(name for name in names if name.startswith(f"{self.account.stack_name}-"))

    def invoke(self, function: str, payload: bytes = b"{}") -> bytes:
        """What a function, named without the stage's prefix, answers."""
        name = f"marquee-{self.account.stage}-{function}"
        answer = self._invoker.invoke(FunctionName=name, Payload=payload)
        return bytes(answer["Payload"].read())

    @cached_property
    def _objects(self) -> Any:
        """One client for all files: making fifty would take longer than dropping them."""
        return self.account.session.client(
            "s3", endpoint_url=self.account.endpoint_url, config=Config(max_pool_connections=32)
        )

    @cached_property
    def _invoker(self) -> Any:
        """A client that asks once: a function that is killed must not be called again by the SDK."""
        patient = Config(read_timeout=_INVOKE_SECONDS, retries={"total_max_attempts": 1})
        return self.account.session.client("lambda", endpoint_url=self.account.endpoint_url, config=patient)


@contextlib.contextmanager
def deployed(
    terminal: Terminal,
    services: tuple[str, ...] = FAST_SERVICES,
    state: Path | None = None,
    parameters: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Stage]:
    """A fresh cloud with the stage in it, gone after the block, or when this process has ended.

    `parameters`: of the template, other than its defaults.
    """
    with contextlib.ExitStack() as stack:
        folder = state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="marquee-chaos-")))
        config = CloudConfig(
            folder / "cloud",
            port=_free_port(),
            wait_scale=WAIT_SCALE,
            delivery_scale=DELIVERY_SCALE,
            parent=os.getpid(),
            services=services,
        )
        cloud = LocalCloud.start(config)
        stack.callback(cloud.stop)
        sam = Sam(folder, build_environment(cloud.environment()), parameters=parameters)
        sam.build(terminal)
        sam.deploy(terminal)
        yield Stage(cloud, _account(cloud))


def _account(cloud: LocalCloud) -> Account:
    config = cloud.config
    session = boto3.Session(config.access_key, config.secret_key, region_name=config.region)
    return Account("local", session, cloud.endpoint_url)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
