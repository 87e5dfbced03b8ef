"""Ctrl-C during `marquee demo`: a clear word, and nothing of it left."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import INTERRUPTED
from tests.e2e.stage import ROOT, awaited, guarded, processes_of


@pytest.mark.parametrize("moment", ["Starting the local cloud", "Cleaning and splitting the reviews"])
def test_ctrl_c_leaves_no_process(tmp_path: Path, moment: str) -> None:
    progress, state = tmp_path / "progress", tmp_path / "state"
    command = [sys.executable, "-m", "cli.main", "demo", "--state", str(state), "--port", "0"]
    with guarded(state), progress.open("w") as stream:
        demo = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=stream)
        awaited(lambda: f"… {moment}" in progress.read_text() or None, 180, moment)
        awaited(lambda: processes_of(state)[1:] or None, 20, "a process of the cloud beside the command")

        demo.send_signal(signal.SIGINT)

        assert demo.wait(60) == INTERRUPTED
        assert progress.read_text().endswith("Interrupted.\n")
        assert "Traceback" not in progress.read_text()
        awaited(lambda: not processes_of(state) or None, 15, "the end of every process of the cloud")
