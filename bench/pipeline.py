"""The figures of the whole pipeline on this machine: upload to LIVE, memory, accuracy, latency.

    .venv/bin/python -m bench.pipeline [reviews.csv.gz] [--json FILE]

The CSV may also come from MARQUEE_DATA; without one it is the sample. The cloud is one of its own, in a
temporary folder and on a free port, and is stopped at the end.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.latency import prediction_latency
from bench.memory import peak_memory
from cli.account import Account, find_cloud
from cli.bringing_up import brought_up, stop
from cli.errors import CommandError
from cli.following import follow, summary
from cli.interrupts import interrupt_on_signals
from cli.sample import write_sample
from cli.terminal import Terminal
from cli.uploading import start_run


def main() -> int:
    """Measure, print the table, and write the figures."""
    options = _options()
    terminal = Terminal()
    interrupt_on_signals()
    with tempfile.TemporaryDirectory(prefix="marquee-bench-") as folder:
        state = Path(folder)
        began = time.perf_counter()
        try:
            with brought_up(state, None, terminal) as account:
                figures: dict[str, Any] = {"up_seconds": round(time.perf_counter() - began, 1)}
                figures |= _measured(account, state, _data(options.csv, state), options.calls)
        except CommandError as error:
            print(error.message, error.next_step, sep="\n", file=sys.stderr)
            return 1
        finally:
            stop(state, terminal)
    _print(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if figures["stage"] == "LIVE" else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.pipeline", description=__doc__)
    default = os.environ.get("MARQUEE_DATA")
    parser.add_argument("csv", type=Path, nargs="?", default=Path(default) if default else None)
    parser.add_argument("--calls", type=int, default=200, help="predictions measured (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser.parse_args()


def _data(csv: Path | None, folder: Path) -> Path:
    if csv is None:
        csv = folder / "sample-reviews.csv"
        write_sample(csv)
    return csv


def _measured(account: Account, state: Path, csv: Path, calls: int) -> dict[str, Any]:
    """What one upload costs; times in seconds, memory in bytes."""
    cloud, terminal = find_cloud(state), Terminal()
    if cloud is None:
        raise CommandError("The local cloud ended before anything was measured.")
    with peak_memory(cloud) as peak:
        began = time.perf_counter()
        run_id, _ = start_run(account, csv, terminal)
        run = follow(account.ledger(), run_id, terminal)
        seconds = time.perf_counter() - began
    told = summary(run)
    return {
        "data": csv.name,
        "bytes": csv.stat().st_size,
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "stage": told["stage"],
        "reason": told["reason"],
        "upload_to_end_seconds": round(seconds, 1),
        "timings": told["timings"],
        "peak_memory_bytes": peak(),
        "rows": run.facts.get("rows"),
        "test_rows": run.facts.get("rows_test"),
        **told["metrics"],
        **(prediction_latency(account, calls) if told["stage"] == "LIVE" else {}),
    }


def _print(figures: dict[str, Any]) -> None:
    table = Table("figure", "value", box=None, header_style="bold")
    for name, value in figures.items():
        shown = f"{value / 2**30:.2f} GiB" if name == "peak_memory_bytes" else value
        table.add_row(name, f"{shown:.3f}" if isinstance(shown, float) else str(shown))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
