"""What a newcomer waits for: `make demo` in a fresh clone with empty caches, again, and after `down`.

It clones this repository's last commit and downloads every package again, so it is measured only by name:
`make bench ONLY=first_use`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.figures import Table, rows_of
from bench.running import ROOT
from bench.subjects.plan import Plan

_PATIENCE_SECONDS = 1800
_UNITS = {"empty caches": "s", "again, cloud still up": "s", "again, after down": "s"}


def tables(plan: Plan) -> Iterator[Table]:
    """Seconds of each of the three."""
    runs = {"make demo": [_measured(plan.folder / "first-use")]}
    yield Table("first_use", "First use", ("make demo",), rows_of(runs, _UNITS))


def _measured(folder: Path) -> dict[str, float]:
    clone = folder / "marquee"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    caches = {"UV_CACHE_DIR": folder / "uv", "PIP_CACHE_DIR": folder / "pip"}
    environment = {**os.environ, **{name: str(path) for name, path in caches.items()}}
    try:
        figures = {"empty caches": _demo(clone, environment)}
        figures["again, cloud still up"] = _demo(clone, environment)
        _down(clone)
        figures["again, after down"] = _demo(clone, environment)
    finally:
        _down(clone)
    return figures


def _demo(clone: Path, environment: Mapping[str, str]) -> float:
    began = time.perf_counter()
    command = ["make", "--no-print-directory", "demo"]
    subprocess.run(
        command, cwd=clone, env=environment, stdout=sys.stderr, check=True, timeout=_PATIENCE_SECONDS
    )
    return time.perf_counter() - began


def _down(clone: Path) -> None:
    subprocess.run([clone / ".venv" / "bin" / "marquee", "down"], cwd=clone, stdout=sys.stderr, check=False)
