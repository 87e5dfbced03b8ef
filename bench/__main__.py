"""Runs the bench: prints a table per subject, and keeps every run's figures in a JSON file.

    make bench [ONLY=etl,function] [QUICK=1] [CSV=reviews.csv.gz] [UNLABELLED=more.csv.gz]

The CSV (columns `review` and `sentiment`) may also come from MARQUEE_BENCH_CSV; without one it is the
made-up sample. Rows without a sentiment, and those of a file of unlabelled reviews (column `review`, or
MARQUEE_BENCH_UNLABELLED), are for models that can use them. `python -m bench.compare A.json B.json` puts
two runs beside each other.
"""

import argparse
import importlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.figures import Table
from bench.printing import shown
from bench.running import ROOT
from bench.subjects.plan import Plan
from cli.interrupts import interrupt_on_signals

SUBJECTS = ("models", "etl", "function", "pipeline")
BY_NAME_ONLY = ("first_use",)
_RESULTS = ROOT / "build" / "bench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure each subject; what was measured is kept even when a later one fails."""
    options = _parser().parse_args(arguments)
    interrupt_on_signals()
    began, measured = time.strftime("%Y%m%dT%H%M%S"), list[Table]()
    path = options.json or _RESULTS / f"{began}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="marquee-bench-") as folder:
        for table in _tables(options.only, Plan(Path(folder), options.quick)):
            measured.append(table)
            print(shown(table), end="\n\n", flush=True)
            path.write_text(json.dumps(_document(began, options.quick, measured), indent=2) + "\n")
    print(f"The figures of every run are in {path}.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--only", type=_subjects, default=SUBJECTS, metavar="SUBJECTS", help=", ".join(SUBJECTS)
    )
    parser.add_argument("--quick", action="store_true", help="few rows, one run: does it work at all?")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the figures go")
    return parser


def _subjects(given: str) -> tuple[str, ...]:
    names = tuple(given.split(","))
    if unknown := set(names) - {*SUBJECTS, *BY_NAME_ONLY}:
        raise argparse.ArgumentTypeError(f"no such subject: {', '.join(sorted(unknown))}")
    return names


def _tables(names: Iterable[str], plan: Plan) -> Iterator[Table]:
    for name in names:
        tables: Callable[[Plan], Iterator[Table]] = importlib.import_module(f"bench.subjects.{name}").tables
        yield from tables(plan)


def _document(began: str, quick: bool, tables: Iterable[Table]) -> dict[str, Any]:
    given, more = (os.environ.get(f"MARQUEE_BENCH_{name}") for name in ("CSV", "UNLABELLED"))
    return {
        "began": began,
        "quick": quick,
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "reviews": Path(given).name if given else "made-up sample",
        "unlabelled": Path(more).name if more else None,
        "tables": [table.document() for table in tables],
    }


if __name__ == "__main__":
    sys.exit(main())
