"""From nothing to a deployed local stage."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.account import (
    LOCAL,
    Account,
    cloud_config,
    find_cloud,
    local_account,
    refusals_explained,
    stack_outputs,
)
from cli.errors import CommandError
from cli.interrupts import interrupts_held
from cli.java import ensure_java
from cli.sam import Sam, build_environment
from localcloud.client import LocalCloud
from localcloud.config import CloudConfig
from localcloud.record import CannotStart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cli.terminal import Terminal


@contextmanager
def brought_up(
    state: Path, port: int | None, terminal: Terminal, parameters: Mapping[str, str] | None = None
) -> Iterator[Account]:
    """A deployed local stage; Ctrl-C inside stops the cloud again if this command started it.

    `parameters` are the template's, beside those of samconfig.toml.
    """
    found = find_cloud(state)
    if found and port and not found.endpoint_url.endswith(f":{port}"):
        terminal.note(f"This folder's cloud already runs at {found.endpoint_url}; --port is for its start.")
    try:
        cloud = found or _started(cloud_config(state, port or free_port()), terminal)
        with refusals_explained(LOCAL):
            yield _deployed(cloud, state, terminal, parameters or {})
    except KeyboardInterrupt:
        if found is None:
            # Who presses Ctrl-C twice wants it ended too.
            with interrupts_held():
                stop(state, terminal)
        raise


def stop(state: Path, terminal: Terminal) -> bool:
    """Stop the cloud of a state folder; False if none runs."""
    cloud = find_cloud(state)
    if cloud is None:
        return False
    with terminal.step("Stopping the local cloud"):
        cloud.stop()
    return True


def free_port() -> int:
    """The usual port of a local AWS, or any other if that is taken."""
    for port in (CloudConfig.port, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CommandError("No port is free on 127.0.0.1.", "Stop something that listens, and try again.")


def _started(config: CloudConfig, terminal: Terminal) -> LocalCloud:
    os.environ["JAVA_HOME"] = str(ensure_java(terminal))
    try:
        with terminal.step("Starting the local cloud"):
            return LocalCloud.start(config, uninterrupted=interrupts_held)
    except CannotStart as error:
        raise CommandError(str(error), "`marquee up --help` shows how to choose folder and port.") from None


def _deployed(cloud: LocalCloud, state: Path, terminal: Terminal, parameters: Mapping[str, str]) -> Account:
    account = local_account(state)
    sam = Sam(state, build_environment(cloud.environment()), parameters=parameters)
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
