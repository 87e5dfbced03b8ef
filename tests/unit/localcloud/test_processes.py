import queue
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from localcloud.processes import Command, Processes
from localcloud.warden import CLOUD_MARK, marked

PATIENT = "import time; time.sleep(60)"
IGNORE = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('set', flush=True)"
STUBBORN = f"{IGNORE}; {PATIENT}"
PARENT = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {STUBBORN!r}], start_new_session=True)
"""


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    monkeypatch.setenv(CLOUD_MARK, "")
    built = Processes()
    yield built
    built.stop_all(grace=0.2)


def command(script: str, folder: Path, **environment: str) -> Command:
    arguments = [sys.executable, "-S", "-c", script]
    return Command("test", arguments, environment, folder, folder / "logs" / "out.log")


def written(folder: Path) -> str:
    return (folder / "logs" / "out.log").read_text()


def test_a_child_sees_its_environment_and_its_words_are_kept(processes: Processes, tmp_path: Path) -> None:
    script = "import os, sys; print(os.environ['A'], 'HOME' in os.environ, flush=True); sys.exit('bye')"

    status = processes.spawn(command(script, tmp_path, A="1")).wait(10)

    assert (status, written(tmp_path)) == (1, "1 False\nbye\n")


def test_whoever_waits_is_told_the_end_once(processes: Processes, tmp_path: Path) -> None:
    ends: queue.Queue[int] = queue.Queue()

    processes.spawn(command("raise SystemExit(7)", tmp_path), ends.put)

    assert ends.get(timeout=10) == 7
    assert ends.empty()


def test_what_a_child_leaves_behind_ends_with_it(processes: Processes, tmp_path: Path) -> None:
    child = processes.spawn(command(PARENT, tmp_path))

    child.wait(10)

    assert marked(CLOUD_MARK, processes.mark) == []


def test_stop_asks_first(processes: Processes, tmp_path: Path) -> None:
    child = processes.spawn(command(PATIENT, tmp_path))

    assert child.stop(grace=10) == -signal.SIGTERM


def test_stop_insists(processes: Processes, tmp_path: Path) -> None:
    child = processes.spawn(command(STUBBORN, tmp_path))
    wait_for(tmp_path, "set")

    assert child.stop(grace=0.1) == -signal.SIGKILL


def test_nothing_is_left_and_nothing_starts_after_the_end(processes: Processes, tmp_path: Path) -> None:
    children = [processes.spawn(command(PATIENT, tmp_path)) for _ in range(3)]

    processes.stop_all(grace=5)

    assert not any(psutil.pid_exists(child.pid) for child in children)
    with pytest.raises(RuntimeError, match="test was not started: the cloud is stopping"):
        processes.spawn(command(PATIENT, tmp_path))


def test_waiting_may_be_given_up(processes: Processes, tmp_path: Path) -> None:
    child = processes.spawn(command(PATIENT, tmp_path))

    with pytest.raises(TimeoutError, match=r"still runs after 0\.05 s"):
        child.wait(0.05)


def test_a_signal_to_a_child_that_has_ended_is_nothing(processes: Processes, tmp_path: Path) -> None:
    child = processes.spawn(command("pass", tmp_path))
    child.wait(10)

    child.signal(signal.SIGTERM)

    assert not child.running


def wait_for(folder: Path, text: str) -> None:
    deadline = time.monotonic() + 10
    while text not in written(folder):
        assert time.monotonic() < deadline, written(folder)
        time.sleep(0.01)
