"""The predict function as Lambda gets it: how long its import takes, and how large the package is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from uv import find_uv_bin

from bench.figures import Table, rows_of
from bench.running import ROOT
from bench.subjects.plan import Plan

_IMPORTS = 7
_IMPORT = """
import time
began, used = time.perf_counter(), time.process_time()
import app
print((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000)
"""
_UNITS = {"import": "ms", "import, CPU": "ms", "function": "MB", "layer": "MB", "together": "MB"}


def tables(plan: Plan) -> Iterator[Table]:
    """Import time and size, as a median of several processes."""
    function, layer = ROOT / "functions" / "predict", _layer(plan.folder / "layer", {})
    here = _layer(plan.folder / "layer-here", {"LAYER_PYTHON": sys.executable})
    path = os.pathsep.join((str(here / "python"), str(function)))
    imports = [_import(path) for _ in range(1 + _IMPORTS)][1:]
    sizes = {"function": _megabytes(function), "layer": _megabytes(layer)}
    once = {**sizes, "together": sum(sizes.values())}
    runs = {"predict": [{**taken, **once} for taken in imports]}
    note = "The size is that of the unzipped arm64 package; the import is this machine's, bytecode in place."
    yield Table("function", "The predict function", ("predict",), rows_of(runs, _UNITS), (note,))


def _layer(folder: Path, environment: dict[str, str]) -> Path:
    """Build the layer as `sam build` does: for Lambda, or for LAYER_PYTHON."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    given = {name: value for name, value in os.environ.items() if name != "LAYER_PYTHON"}
    given.setdefault("UV", find_uv_bin())
    command = ["make", "--silent", "build-MarqueeLayer", f"ARTIFACTS_DIR={folder}"]
    layer = ROOT / "layers" / "marquee"
    subprocess.run(command, cwd=layer, env={**given, **environment}, check=True, stdout=sys.stderr)
    return folder


def _import(path: str) -> dict[str, float]:
    """Milliseconds that a fresh interpreter needs for `import app`."""
    environment = {**os.environ, "PYTHONPATH": path}
    command = [sys.executable, "-S", "-c", _IMPORT]
    said = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    wall, cpu = map(float, said.split())
    return {"import": wall, "import, CPU": cpu}


def _megabytes(folder: Path) -> float:
    # `sam build` follows links too; what this machine compiled is in no package.
    places = os.walk(folder, followlinks=True)
    files = (Path(place) / name for place, _, names in places for name in names if "__pycache__" not in place)
    return sum(path.stat().st_size for path in files) / 1e6
