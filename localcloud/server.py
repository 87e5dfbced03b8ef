"""Starts a local cloud in this process and keeps it until a signal stops it."""

import asyncio
import importlib
import logging
import signal

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from ministack.app import app

from localcloud.cloud import Cloud
from localcloud.config import CloudConfig
from localcloud.ministack.stack import MiniStack
from localcloud.processes import Processes
from localcloud.roles import Roles

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """The cloud cannot run here, and why."""


def serve(config: CloudConfig) -> None:
    """Run the cloud until SIGTERM or SIGINT; when this returns, no process of it is left."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    cloud = build(config)
    try:
        asyncio.run(_listen(config))
    finally:
        for callback in cloud.stop_callbacks:
            callback()
        cloud.processes.stop_all()


def build(config: CloudConfig) -> Cloud:
    """A cloud with its services plugged in."""
    stack = MiniStack(config)
    cloud = Cloud(config, stack, Processes(), Roles(config, stack.assume))
    for name in config.services:
        importlib.import_module(name).register(cloud)
    return cloud


async def _listen(config: CloudConfig) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    gateway = Config()
    gateway.bind = [f"127.0.0.1:{config.port}"]
    gateway.keep_alive_timeout = 75
    await hypercorn_serve(app, gateway, shutdown_trigger=stopping.wait)
