"""Hints can be typed as they stand."""

import argparse
import sys
from pathlib import Path

import pytest

from cli.hints import hint, typeable


def where(state: str = ".marquee", stage: str = "local") -> argparse.Namespace:
    return argparse.Namespace(state=Path(state), stage=stage)


@pytest.mark.parametrize(
    ("state", "expected"),
    [(".marquee", ".venv/bin/marquee down"), ("other", ".venv/bin/marquee down --state other")],
)
def test_a_hint_names_the_program_as_it_was_called(
    monkeypatch: pytest.MonkeyPatch, state: str, expected: str
) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/marquee", "demo"])
    monkeypatch.setenv("PATH", "/nowhere")

    assert hint(where(state), "down").replace(str(Path.cwd()) + "/", "") == expected


def test_a_program_on_the_path_is_named_shortly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "marquee"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(program), "demo"])

    assert hint(where(), "open") == "marquee open"


def test_commands_inside_a_sentence_name_program_stage_and_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/marquee", "upload"])
    monkeypatch.setenv("PATH", "/nowhere")

    said = typeable(where("other", "dev"), "`marquee runs x` shows it; marquee is a word here.")

    command = ".venv/bin/marquee runs x --stage dev --state other"
    assert said == f"`{command}` shows it; marquee is a word here."


def test_a_command_that_names_its_stage_gets_no_second_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/marquee", "inbox"])
    monkeypatch.setenv("PATH", "/nowhere")

    said = typeable(where(stage="dev"), "`marquee rerun x --stage dev`")

    assert said == "`.venv/bin/marquee rerun x --stage dev`"
