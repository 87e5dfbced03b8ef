"""A service whose process starts others: one in its group, and one that escapes into a session of its own."""

import os
import sys

from localcloud.cloud import Cloud
from localcloud.processes import Command

FAMILY = """
import subprocess, sys, time
stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
sleep = [sys.executable, "-c", stubborn]
subprocess.Popen(sleep)
subprocess.Popen(sleep, start_new_session=True)
time.sleep(600)
"""


def register(cloud: Cloud) -> None:
    log = cloud.config.logs / "noisy.log"
    environment = {"PATH": os.environ["PATH"]}
    arguments = [sys.executable, "-c", FAMILY]
    cloud.processes.spawn(Command("noisy", arguments, environment, cloud.config.state, log))
