"""Ctrl-C, pressed once or twice, while a stage comes up."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli import bringing_up
from cli.interrupts import interrupt_on_signals
from cli.terminal import Terminal


class Cloud:
    """A cloud that takes its time to stop, while the person presses Ctrl-C again."""

    stopped = False

    def stop(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        self.stopped = True


@pytest.fixture
def signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    interrupt_on_signals()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("found_before", [False, True])
def test_ctrl_c_twice_stops_the_cloud_that_this_command_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, terminal: Terminal, found_before: bool
) -> None:
    # given a cloud that this command started, or that ran before
    cloud = Cloud()
    found: list[Any] = [cloud if found_before else None, cloud]
    monkeypatch.setattr(bringing_up, "find_cloud", lambda _: found.pop(0))
    monkeypatch.setattr(bringing_up, "_started", lambda *_: cloud)
    monkeypatch.setattr(bringing_up, "_deployed", lambda *_: None)

    # when Ctrl-C comes, and comes again while the cloud stops
    with pytest.raises(KeyboardInterrupt), bringing_up.brought_up(tmp_path, None, terminal):
        os.kill(os.getpid(), signal.SIGINT)

    assert cloud.stopped is not found_before
