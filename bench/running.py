"""Runs a program to its end and says what it used: it and every process it starts."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figures
from bench.memory import high_water, of_family, peak

ROOT = Path(__file__).resolve().parent.parent
_SOURCES = (ROOT, ROOT / "training", ROOT / "glue", ROOT / "layers" / "marquee")


def measured(program: str, *arguments: object) -> dict[str, float]:
    """Run `python -m PROGRAM ARGUMENTS... REPORT`; what it reports, and `wall` and `cpu` (s), `peak` (MB).

    The program writes its own figures into the JSON file REPORT, among them the most memory it held itself:
    four looks a second miss a short peak.
    """
    what = " ".join([program.removeprefix("bench."), *(Path(str(one)).name for one in arguments[:1])])
    with tempfile.TemporaryDirectory(prefix="marquee-bench-") as folder:
        report = Path(folder) / "report.json"
        used = _run([sys.executable, "-m", program, *map(str, arguments), str(report)])
        said: dict[str, float] = json.loads(report.read_text())
    print(f"{time.strftime('%H:%M:%S')} {what}: {used['wall']:.1f} s", file=sys.stderr, flush=True)
    return {**used, **said, "peak": max(used["peak"], said["peak"])}


def _run(command: Sequence[str]) -> dict[str, float]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, _SOURCES))}
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sys.stderr)
    with peak(lambda: of_family(child.pid)) as most:
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}; nothing was measured.")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": most() / 1e6}


def report(figures: Figures) -> None:
    """Write a program's figures where `measured` reads them: its last argument."""
    Path(sys.argv[-1]).write_text(json.dumps({**figures, "peak": high_water() / 1e6}))
