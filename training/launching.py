"""Several processes for one job: torchrun starts this script once per GPU, on each of the job's instances."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

_PORT = 29_500  # torchrun's own default
# SageMaker waits 120 seconds after SIGTERM; torchrun would wait 30, for a step and a checkpoint.
_SECONDS_TO_SAVE = 110


def processes(environment: Mapping[str, str]) -> int:
    """Return how many processes the instance should run: one a GPU, and one without any."""
    return max(1, int(environment.get("SM_NUM_GPUS") or 0))


def is_to_launch(environment: Mapping[str, str]) -> bool:
    """Whether this is a job of several processes and none of them: RANK is torchrun's."""
    return "RANK" not in environment and processes(environment) * len(_hosts(environment)) > 1


def command(script: Path, environment: Mapping[str, str]) -> list[str]:
    """Return torchrun's command line: the first host, by name, is where the others meet."""
    hosts = sorted(_hosts(environment))
    here = environment.get("SM_CURRENT_HOST", hosts[0])
    return [
        *(sys.executable, "-m", "torch.distributed.run"),
        *("--nnodes", str(len(hosts)), "--node-rank", str(hosts.index(here))),
        *("--nproc-per-node", str(processes(environment))),
        *("--shutdown-timeout", str(_SECONDS_TO_SAVE)),
        *("--master-addr", "127.0.0.1" if len(hosts) == 1 else hosts[0], "--master-port", str(_PORT)),
        str(script),
    ]


def launch(script: Path, environment: Mapping[str, str]) -> NoReturn:
    """Become torchrun: SIGTERM reaches it, and it hands it on to every process."""
    line = command(script, environment)
    os.execve(line[0], line, dict(environment))  # noqa: S606 - a shell is what is not wanted


def _hosts(environment: Mapping[str, str]) -> list[str]:
    return [str(host) for host in json.loads(environment.get("SM_HOSTS") or '["localhost"]')]
