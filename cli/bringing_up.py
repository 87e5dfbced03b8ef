"""From nothing to a deployed local stage."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud.client import LocalCloud

from cli.account import Account, local_account, stack_outputs
from cli.errors import CommandError
from cli.java import ensure_java
from cli.sam import Sam, aws_environment
from localcloud.config import CloudConfig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.terminal import Terminal


@dataclass(frozen=True)
class Standing:
    """A local stage that is up; `started`: this command started its cloud."""

    account: Account
    started: bool


@contextmanager
def brought_up(state: Path, port: int | None, terminal: Terminal) -> Iterator[Standing]:
    """A deployed local stage; Ctrl-C inside stops the cloud again if this command started it."""
    config = CloudConfig(state=state) if port is None else CloudConfig(state=state, port=port)
    found = LocalCloud.find(config)
    try:
        account = _deployed(found or _started(config, terminal), state, terminal)
        yield Standing(account, started=found is None)
    except KeyboardInterrupt:
        if found is None:
            stop(state, terminal)
        raise


def stop(state: Path, terminal: Terminal) -> bool:
    """Stop the cloud of a state folder; False if none runs."""
    cloud = LocalCloud.find(CloudConfig(state=state))
    if cloud is None:
        return False
    with terminal.step("Stopping the local cloud"):
        cloud.stop()
    return True


def _started(config: CloudConfig, terminal: Terminal) -> LocalCloud:
    os.environ["JAVA_HOME"] = str(ensure_java(terminal))
    with terminal.step("Starting the local cloud"):
        return LocalCloud.start(config)


def _deployed(cloud: LocalCloud, state: Path, terminal: Terminal) -> Account:
    account, sam = local_account(state), Sam(state, aws_environment(cloud.environment()))
    if sam.done("deploy") and _stack_stands(account):
        terminal.note(f"✔ {account.stack_name} is deployed and unchanged")
        return account
    if not sam.done("build"):
        sam.build(terminal)
    sam.deploy(terminal)
    return account


def _stack_stands(account: Account) -> bool:
    try:
        stack_outputs(account)
    except CommandError:
        return False
    return True
