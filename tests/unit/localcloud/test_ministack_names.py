"""Names of MiniStack that this project leans on. MiniStack promises none of them: an upgrade may move them.

When a test here fails after an upgrade, the message says which name moved and what no longer works; mend
localcloud/ministack/, which is the only place that uses it, and ministack_names.txt.
"""

import ast
import importlib.metadata
import importlib.util
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from localcloud.config import CloudConfig
from localcloud.ministack.environment import environment

ROOT = Path(__file__).parents[3]
PLUG_IN = ROOT / "localcloud" / "ministack"
VERSION = "1.5.33"

NAMES = dict(
    line.split(": ", 1)
    for line in Path(__file__).with_name("ministack_names.txt").read_text().splitlines()
    if not line.startswith("#")
)
"""By name and parameters: what breaks without it."""


def test_the_version_is_the_one_the_names_were_read_in() -> None:
    assert importlib.metadata.version("ministack") == VERSION, (
        "read the names below again, then change VERSION"
    )


@pytest.mark.parametrize("signature", NAMES)
def test_ministack_names(signature: str) -> None:
    path, _, parameters = signature.partition("(")
    module, _, name = path.rpartition(".")

    found = top_level(module).get(name)

    assert found is not None, f"ministack.{module} has no {name} any more: {NAMES[signature]}"
    if parameters:
        assert found == parameters.rstrip(")"), f"ministack.{path} takes ({found}) now: {NAMES[signature]}"


def test_the_table_names_all_that_is_used() -> None:
    known = {".".join(signature.partition("(")[0].split(".")[-2:]) for signature in NAMES}

    used = {name for path in PLUG_IN.glob("*.py") for name in uses_of_ministack(path)}

    assert used == known


def test_nobody_else_touches_ministack() -> None:
    others = [path for path in (ROOT / "localcloud").rglob("*.py") if path.parent != PLUG_IN]

    culprits = [
        path for path in others if re.search(r"^\s*(from|import) ministack\b", path.read_text(), re.M)
    ]

    assert culprits == []


def test_nothing_is_written_where_ministack_writes_by_default(tmp_path: Path) -> None:
    defaults = re.compile(r"""environ\.get\(["'](\w+)["'], ["']/tmp""")
    sources = [path.read_text() for path in ministack_folder().rglob("*.py")]

    settings = {name for source in sources for name in defaults.findall(source)}

    assert settings
    assert settings <= set(environment(CloudConfig(tmp_path)))


def test_services_do_not_load_ministack_before_its_settings_are_there() -> None:
    code = "import sys, localcloud.glue, localcloud.sagemaker; print('ministack' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert said.stdout.strip() == "False"


def ministack_folder() -> Path:
    package = importlib.util.find_spec("ministack")
    assert package is not None
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0])


@cache
def top_level(module: str) -> dict[str, str]:
    """Names that a module of MiniStack defines, with the parameters of functions; read, not imported."""
    file = ministack_folder().joinpath(*module.split(".")).with_suffix(".py")
    found: dict[str, str] = {}
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = ",".join(argument.arg for argument in node.args.args)
        elif isinstance(node, ast.ClassDef):
            found[node.name] = ""
        elif isinstance(node, ast.ImportFrom):
            found.update({alias.asname or alias.name: "" for alias in node.names})
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update({target.id: "" for target in targets if isinstance(target, ast.Name)})
    return found


def uses_of_ministack(path: Path) -> set[str]:
    """`module.name` for every attribute that a file takes from a module of MiniStack."""
    tree = ast.parse(path.read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    modules = {
        alias.name
        for node in imports
        for alias in node.names
        if (node.module or "").partition(".")[0] == "ministack"
    }
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return {
        f"{node.value.id}.{node.attr}"
        for node in attributes
        if isinstance(node.value, ast.Name) and node.value.id in modules
    }
