"""The command as a program: exit codes, the two streams, and a quick start."""

import csv
import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import INTERRUPTED, main, parser


def marquee(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_help_loads_neither_boto3_nor_rich() -> None:
    script = (
        "import sys\nfrom cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "assert not {'boto3', 'botocore', 'rich', 'pydantic'} & set(sys.modules), sys.modules.keys()"
    )

    assert subprocess.run([sys.executable, "-c", script], check=False, capture_output=True).returncode == 0


def test_help_is_there_at_once() -> None:
    def seconds() -> float:
        """Processor time, for the machine may be busy with other things."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert marquee("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.3


def test_json_is_all_there_is_on_stdout(tmp_path: Path) -> None:
    out = tmp_path / "sample.csv"

    done = marquee("dataset", "sample", "--out", out, "--rows", "50", "--json")

    assert done.returncode == 0
    with out.open(encoding="utf-8", newline="") as file:
        assert json.loads(done.stdout) == {"file": str(out), "rows": len(list(csv.DictReader(file)))}


def test_a_failure_names_the_reason_and_the_next_step_and_no_traceback(tmp_path: Path) -> None:
    done = marquee("runs", "--state", tmp_path / "nowhere")

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("marquee: No local cloud runs")
    assert f"Next: Run `marquee up --state {tmp_path / 'nowhere'}`." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("file", "reason"), [("missing.csv", "There is no file"), ("", "is a folder")], ids=["missing", "folder"]
)
def test_a_demo_of_no_file_is_refused_before_a_cloud_starts(tmp_path: Path, file: str, reason: str) -> None:
    done = marquee("demo", tmp_path / file, "--state", tmp_path / "state")

    assert done.returncode == 1
    assert reason in done.stderr
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("command", ["up", "down", "demo"])
def test_what_belongs_to_this_machine_is_refused_for_other_stages(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--stage", "dev"]) == 1
    assert "is for the local stage" in capsys.readouterr().err


def test_down_without_a_cloud_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["down", "--state", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stopped"] is False


def test_every_command_of_the_readme_takes_json_stage_and_state() -> None:
    for line in (
        "up", "down", "demo", "upload f", "runs", "rerun r", "predict t", "batch f --out o", "inbox", "open",
        "dataset sample --out o", "dataset imdb --out o",
    ):  # fmt: skip
        options = parser().parse_args([*line.split(), "--json", "--stage", "prod", "--state", "here"])
        assert (options.json, options.stage, options.state) == (True, "prod", Path("here"))


def test_ctrl_c_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.commands.inbox.run", interrupted)

    assert main(["inbox"]) == INTERRUPTED
    assert capsys.readouterr().err == "Interrupted.\n"
