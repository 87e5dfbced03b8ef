"""Runs a local cloud in this process until a signal stops it."""

import asyncio
import contextlib
import importlib
import logging
import os
import secrets
import signal
import socket
import uuid

import psutil
from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from localcloud import resources
from localcloud.alarms.notifier import Notifier
from localcloud.asynchronous import AsyncInvoker
from localcloud.clients import Clients
from localcloud.cloud import Cloud
from localcloud.config import CloudConfig
from localcloud.delivery import Courier
from localcloud.destinations import Destinations
from localcloud.faults.harness import Faults
from localcloud.gateway import Gateway
from localcloud.ministack import calls, large_objects, log_streams, subscriptions
from localcloud.ministack.alarms import Alarms
from localcloud.ministack.functions import Functions
from localcloud.ministack.metrics import Metrics
from localcloud.ministack.stack import MiniStack, application
from localcloud.ministack.state_machines import StateMachines
from localcloud.processes import Processes
from localcloud.record import Record
from localcloud.roles import Roles
from localcloud.targets import Targets

_PARENT_SECONDS = 0.5
"""How often a cloud looks whether its parent is still there."""

log = logging.getLogger(__name__)


def serve(config: CloudConfig, listener: socket.socket) -> None:
    """Run the cloud until SIGTERM or SIGINT, and stop every process of it."""
    processes = Processes()
    cloud = build(config, processes)
    record = Record(
        pid=os.getpid(),
        started=psutil.Process().create_time(),
        endpoint_url=config.endpoint_url,
        token=uuid.uuid4().hex,
        mark=processes.mark,
        key=secrets.token_hex(16),
    )
    try:
        # Not asyncio.run: it would wait for worker threads that wait for functions that we have to stop.
        asyncio.new_event_loop().run_until_complete(_listen(cloud, listener, record))
    finally:
        for callback in cloud.stop_callbacks:
            callback()
        processes.stop_all()


def build(config: CloudConfig, processes: Processes) -> Cloud:
    """A cloud with everything plugged in."""
    stack = MiniStack(config)
    roles, clients = Roles(config, stack.assume), Clients(config)
    faults = Faults(processes, stack.compile_pattern)
    calls.plug_in(stack, faults.calls.intercept)
    functions = Functions(config, stack, processes, faults.calls.invocation)
    functions.plug_in()
    asynchronous = AsyncInvoker(Destinations(roles).send, config.delivery_scale)
    functions.invoke_asynchronously(faults.events.invocations(asynchronous.accept))
    StateMachines(stack, faults.calls.refusal).plug_in()
    large_objects.plug_in()
    log_streams.plug_in()
    subscriptions.plug_in()
    notifier = Notifier(clients, stack.service_may)
    alarms = Alarms(config, notifier.act)
    alarms.plug_in()
    metrics = Metrics(config)
    metrics.plug_in()
    targets = Targets(clients, roles, stack.service_may)
    courier = Courier(targets, config.delivery_scale)
    stack.replace_delivery(faults.events.deliveries(courier.accept), targets.reaches)
    resources.register(stack, clients)
    cloud = Cloud(config, stack, processes, roles, faults, functions.launcher, dict(faults.controls()))
    cloud.on_stop(metrics.close)
    cloud.on_stop(alarms.close)
    cloud.on_stop(notifier.close)
    for name in config.services:
        importlib.import_module(name).register(cloud)
    return cloud


async def _listen(cloud: Cloud, listener: socket.socket, record: Record) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    settings = Config()
    settings.bind = [f"fd://{listener.detach()}"]
    settings.keep_alive_timeout = 75
    settings.graceful_timeout = 1.0
    identity = {"token": record.token, "pid": record.pid}
    gateway = Gateway(application(), identity, cloud.controls, record.key)

    # The socket listens already: whoever reads the record and calls is answered once the gateway is up.
    record.write(cloud.config.record)
    log.info("ready at %s", cloud.config.endpoint_url)
    await hypercorn_serve(
        gateway,  # type: ignore[arg-type]
        settings,
        shutdown_trigger=lambda: _stopped(stopping, cloud.config.parent),
    )


async def _stopped(stopping: asyncio.Event, parent: int) -> None:
    """Return once a signal has come, or the parent, if there is one, has ended, even by kill -9."""
    while not parent or os.getppid() == parent:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), _PARENT_SECONDS)
            return
