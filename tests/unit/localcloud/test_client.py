"""A cloud whose start is broken off."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcloud import client
from localcloud.client import LocalCloud
from localcloud.config import CloudConfig


@contextmanager
def interrupted_at_its_end() -> Iterator[None]:
    yield
    raise KeyboardInterrupt


def test_an_interrupt_right_after_the_launch_leaves_no_cloud(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def launch(*_: object) -> int:
        started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        return started[0].pid

    monkeypatch.setattr(client, "_launch", launch)

    with pytest.raises(KeyboardInterrupt):
        LocalCloud.start(CloudConfig(tmp_path / "state"), uninterrupted=interrupted_at_its_end)

    assert started[0].wait(5) < 0
