"""What the end of a training process means."""

import sys
import threading
import time
from pathlib import Path

import pytest

from localcloud.processes import Command, Processes
from localcloud.sagemaker.training_process import Limits, failure_reason, final_metrics, run

TOOLKIT = 'ExecuteUserScriptError:\nExitCode {0}\nErrorMessage ""\nCommand "python train.py", exit code: {0}'

LOG = """Invoking script with the following command:
Traceback (most recent call last):
  File "train.py", line 3, in <module>
    main()
ValueError: the labels are all the same

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "train.py", line 9, in <module>
marquee.Refused: nothing to train on
2026-11-22 18:00:00,000 sagemaker-training-toolkit ERROR    Reporting training FAILURE
ExitCode 1
"""


@pytest.mark.parametrize(
    ("failure", "status", "reason"),
    [
        ("One label only.", 1, "AlgorithmError: One label only., exit code: 1"),
        (TOOLKIT.format(1), 1, "AlgorithmError: marquee.Refused: nothing to train on, exit code: 1"),
        ("", 2, "AlgorithmError: marquee.Refused: nothing to train on, exit code: 2"),
        (TOOLKIT.format(-9), 1, "killed by SIGKILL"),
        ("", -9, "exit code: 137"),
        ("x" * 3000, 1, "AlgorithmError: " + "x" * 1024 + ", exit code: 1"),
    ],
)
def test_the_reason_is_the_scripts_own_words_else_its_last_exception(
    tmp_path: Path, failure: str, status: int, reason: str
) -> None:
    log = tmp_path / "log"
    log.write_text(LOG)

    assert reason in failure_reason(failure, log, status)


def test_a_script_that_says_nothing_is_pointed_at_by_its_log(tmp_path: Path) -> None:
    assert "see its log" in failure_reason("", tmp_path / "none", 3)


def test_the_last_number_that_a_metric_matches_counts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("loss=0.9; loss=0.7\nloss=-\nepoch 2 loss=2.5e-1;\n")
    definitions = [
        {"Name": "loss", "Regex": "loss=([0-9.e-]+)"},
        {"Name": "absent", "Regex": "accuracy=([0-9.]+)"},
    ]

    assert final_metrics(definitions, log, at=7.0) == [
        {"MetricName": "loss", "Value": 0.25, "Timestamp": 7.0}
    ]


PARENT = """
import subprocess, sys
child = (
    "import signal, sys, time; signal.signal(signal.SIGTERM, {handler});"
    "print('up', flush=True); time.sleep(60)"
)
sys.exit(subprocess.call([sys.executable, "-c", child]))
"""


@pytest.mark.parametrize(
    ("handler", "status"),
    [("lambda *_: sys.exit(4)", 4), ("signal.SIG_IGN", -9)],
    ids=["ends in time", "does not end"],
)
def test_a_stopped_script_gets_sigterm_and_then_sigkill(tmp_path: Path, handler: str, status: int) -> None:
    processes = Processes()
    stop = threading.Event()
    command = Command(
        "t", (sys.executable, "-c", PARENT.format(handler=handler)), {}, tmp_path, tmp_path / "log"
    )
    threading.Thread(target=_set_when_up, args=(tmp_path / "log", stop)).start()

    end = run(processes, command, Limits(runtime=30, grace=0.5), stop)

    assert (end.status, end.cause) == (status, "Stopped")
    processes.stop_all()


def test_a_script_over_its_time_is_stopped(tmp_path: Path) -> None:
    processes = Processes()
    command = Command(
        "t", (sys.executable, "-c", "import time; time.sleep(60)"), {}, tmp_path, tmp_path / "log"
    )

    end = run(processes, command, Limits(runtime=0.1, grace=5), threading.Event())

    assert end.cause == "MaxRuntimeExceeded"
    processes.stop_all()


def _set_when_up(log: Path, stop: threading.Event) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not (log.exists() and "up" in log.read_text()):
        time.sleep(0.02)
    stop.set()
