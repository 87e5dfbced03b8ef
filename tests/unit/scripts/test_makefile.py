"""What make tells the tools it starts."""

import os
import shutil
import subprocess
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parents[3]
NEEDED = ("make", "bash", "sh", "echo", "python3")


def test_the_projects_own_uv_is_found_from_every_folder(tmp_path: Path) -> None:
    """`sam build` makes the layer in a scratch folder, where a relative path leads nowhere."""
    for name in NEEDED:
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    make = [str(tmp_path / "make"), "--print-data-base", "--dry-run", "help"]
    environment = {"PATH": str(tmp_path), "HOME": os.environ.get("HOME", "")}
    said = subprocess.run(make, cwd=ROOT, env=environment, capture_output=True, text=True, check=False).stdout
    (uv,) = [line.split(" := ")[1] for line in said.splitlines() if line.startswith("UV := ")]
    assert uv == str(ROOT / ".tools" / "uv" / "bin" / "uv")


def test_help_is_the_head_of_the_makefile_and_no_other_comment() -> None:
    said = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    head = takewhile(lambda line: line.startswith("# "), (ROOT / "Makefile").read_text().splitlines())
    assert said.splitlines() == [line.removeprefix("# ") for line in head]
    assert said.startswith("make demo")
