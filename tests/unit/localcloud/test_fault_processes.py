import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from localcloud.faults.plan import parsed
from localcloud.faults.processes import ProcessFaults
from localcloud.faults.tally import Tally


@dataclass
class Process:
    """A child of the cloud, as far as a fault knows it."""

    name: str
    age: float = 0.0
    running: bool = True
    pid: int = 7
    signals: list[int] = field(default_factory=list)

    def signal(self, number: int) -> None:
        self.signals.append(number)
        self.running = False


class Bench:
    """Processes under a plan that may change."""

    def __init__(self) -> None:
        self.processes: list[Process] = []
        self._watchers: list[Callable[[Process], None]] = []
        self._tally = Tally()
        self._faults = ProcessFaults(self._tally, self)  # type: ignore[arg-type]

    def on_start(self, watcher: Callable[[Process], None]) -> None:
        self._watchers.append(watcher)

    def running(self) -> list[Process]:
        return [process for process in self.processes if process.running]

    def plan(self, **fault: Any) -> None:
        self._tally.replace(parsed({"faults": [{"kind": "kill_process", **fault}]}))
        self._faults.look_again()

    def start(self, name: str, age: float = 0.0) -> Process:
        self.processes.append(Process(name, age))
        for watcher in self._watchers:
            watcher(self.processes[-1])
        return self.processes[-1]

    def struck(self) -> list[str]:
        return [strike["subject"] for strike in self._tally.struck()]


def killed(process: Process) -> bool:
    """Whether it is killed within a moment."""
    deadline = time.monotonic() + 5.0
    while process.running and time.monotonic() < deadline:
        time.sleep(0.005)
    return process.signals == [signal.SIGKILL]


def test_a_process_that_starts_is_killed_and_others_live() -> None:
    bench = Bench()
    bench.plan(process="training job *")

    other, first = bench.start("job run 1"), bench.start("training job a")
    assert killed(first)
    second = bench.start("training job b")
    time.sleep(0.05)

    assert other.running
    assert second.running, "one time is enough"
    assert bench.struck() == ["training job a (process 7)"]


def test_a_process_that_runs_already_is_killed_when_it_is_old_enough() -> None:
    bench = Bench()
    young, old = bench.start("container endpoints/a"), bench.start("container endpoints/b", age=60.0)

    bench.plan(process="container *", after=50, times=2)

    assert killed(old)
    assert young.running


def test_a_process_lives_until_it_is_old_enough() -> None:
    bench = Bench()
    bench.plan(process="*", after=0.1)
    since = time.monotonic()

    assert killed(bench.start("job run 1"))
    assert time.monotonic() - since >= 0.1


def test_a_process_that_has_ended_by_itself_is_not_struck() -> None:
    bench = Bench()
    bench.plan(process="*", after=0.05)

    bench.start("job run 1").running = False
    time.sleep(0.1)

    assert bench.struck() == []


def test_a_fault_of_an_earlier_plan_strikes_no_more() -> None:
    bench = Bench()
    bench.plan(process="*", after=0.05)
    process = bench.start("job run 1")

    bench.plan(process="another *")
    time.sleep(0.1)

    assert process.running
