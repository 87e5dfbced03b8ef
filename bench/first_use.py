"""What a newcomer waits for: `make demo` in a fresh clone with empty caches, again, and after `down`.

    .venv/bin/python -m bench.first_use [--json FILE]

It clones this repository's last commit into a temporary folder and downloads every package again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE_SECONDS = 1800


def main() -> int:
    """Measure in seconds, print, and write the figures."""
    parser = argparse.ArgumentParser(prog="bench.first_use", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="marquee-first-use-") as folder:
        figures = _measured(Path(folder))
    for name, seconds in figures.items():
        print(f"{name:<24}{seconds:>8.1f} s")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
