"""Ctrl-C during `marquee demo`: a clear word, and nothing of it left."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import INTERRUPTED
from tests.e2e.stage import ROOT, awaited, processes_of


@pytest.mark.parametrize("moment", ["Starting the local cloud", "sam build", "sam deploy"])
def test_ctrl_c_leaves_no_process(tmp_path: Path, moment: str) -> None:
    told = tmp_path / "told"
    command = [sys.executable, "-m", "cli.main", "demo", "--state", tmp_path / "state", "--port", "0"]
    with told.open("w") as progress:
        demo = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=progress)
    awaited(
        lambda: True if f"… {moment}" in told.read_text() or moment in told.read_text() else None, 120, moment
    )

    demo.send_signal(signal.SIGINT)

    assert demo.wait(60) == INTERRUPTED
    assert told.read_text().endswith("Interrupted.\n")
    assert "Traceback" not in told.read_text()
    gone = awaited(lambda: True if not processes_of(tmp_path / "state") else None, 15, "the end of it all")
    assert gone
