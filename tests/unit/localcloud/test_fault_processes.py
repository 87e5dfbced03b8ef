import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.faults.plan import parsed
from localcloud.faults.processes import ProcessFaults
from localcloud.faults.tally import Tally
from localcloud.processes import Child, Command, Processes
from localcloud.warden import CLOUD_MARK


class Bench:
    """Processes under a plan that may change."""

    def __init__(self, processes: Processes, folder: Path) -> None:
        self._processes, self._folder, self._tally = processes, folder, Tally()
        self._faults = ProcessFaults(self._tally, processes)

    def plan(self, **fault: Any) -> None:
        self._tally.replace(parsed({"faults": [{"kind": "kill_process", **fault}]}))
        self._faults.look_again()

    def start(self, name: str, seconds: float = 30.0) -> Child:
        script = f"import time; time.sleep({seconds})"
        arguments = [sys.executable, "-S", "-c", script]
        return self._processes.spawn(Command(name, arguments, {}, self._folder, self._folder / "log"))

    def struck(self) -> list[str]:
        return [strike["subject"] for strike in self._tally.struck()]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Bench]:
    monkeypatch.setenv(CLOUD_MARK, "")
    processes = Processes()
    yield Bench(processes, tmp_path)
    processes.stop_all(grace=0.2)


def test_a_process_that_starts_is_killed_and_others_live(bench: Bench) -> None:
    bench.plan(process="training job *")

    other, first, second = (bench.start(name) for name in ("job run 1", "training job a", "training job b"))

    assert first.wait(10) == -signal.SIGKILL
    assert other.running
    assert second.running, "one time is enough"
    assert bench.struck() == [f"training job a (process {first.pid})"]


def test_a_process_that_runs_already_is_killed_too(bench: Bench) -> None:
    child = bench.start("container endpoints/a")

    bench.plan(process="container *")

    assert child.wait(10) == -signal.SIGKILL


def test_a_process_lives_until_it_is_old_enough(bench: Bench) -> None:
    bench.plan(process="*", after=0.2)
    since = time.monotonic()

    bench.start("job run 1").wait(10)

    assert time.monotonic() - since >= 0.2


def test_a_process_that_has_ended_by_itself_is_not_struck(bench: Bench) -> None:
    bench.plan(process="*", after=0.2)

    assert bench.start("job run 1", seconds=0).wait(10) == 0
    time.sleep(0.3)

    assert bench.struck() == []
