"""Two subjects at a time, each in a process and on a stage of its own: one works while the other waits."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from chaos.rows import Row

LANES = 2
SLOWEST_FIRST = (
    "permissions",
    "calls",
    "inputs",
    "schedules",
    "events",
    "realtime",
    "releases",
    "processes",
    "requests",
    "burst",
)
"""The order in which subjects begin, so that both lanes end at about the same time."""


def in_lanes(names: Sequence[str], arguments: Sequence[str]) -> list[Row]:
    """Try the subjects, `LANES` at a time, with these arguments; their rows in the order of `names`."""
    begun = sorted(names, key=SLOWEST_FIRST.index)
    with ThreadPoolExecutor(LANES) as pool:
        rows = dict(zip(begun, pool.map(lambda name: _tried(name, arguments), begun), strict=True))
    return [row for name in names for row in rows[name]]


def _tried(name: str, arguments: Sequence[str]) -> list[Row]:
    started = time.monotonic()
    command = [sys.executable, "-m", "chaos", "--only", name, "--json", *arguments]
    # What it tells of its progress goes where ours goes.
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    try:
        return [Row.from_json(row) for row in json.loads(ended.stdout)]
    except ValueError:
        what = f"the subject's process ended with {ended.returncode} and left no rows"
        replay = f"python -m chaos --only {name}"
        return [Row(name, "the subject itself", 1, 0, time.monotonic() - started, (what,), replay)]
