"""A container whose processes only pretend to run."""

import threading
from pathlib import Path
from typing import Any, ClassVar

from localcloud.sagemaker.compute import Compute
from localcloud.sagemaker.container_process import Image
from localcloud.sagemaker.settings import Settings
from localcloud.sagemaker.supervision import SupervisedContainer


class Container:
    """Runs until `end`; starting fails as often as `failures` says."""

    failures: ClassVar[list[OSError]] = []
    started: ClassVar[list["Container"]] = []
    again = threading.Event()

    def __init__(self, *_: Any) -> None:
        if self.started and self.failures:
            raise self.failures.pop()
        self._end = threading.Event()
        self.started.append(self)
        if len(self.started) > 1:
            self.again.set()

    def wait_ready(self, _timeout: float) -> None:
        pass

    def wait(self) -> int:
        self._end.wait()
        return 9

    def stop(self, grace: float = 0.0) -> None:
        self._end.set()


def test_a_machine_that_cannot_start_a_process_for_a_moment_is_asked_again(tmp_path: Path) -> None:
    # given a machine without memory for a further process, once
    Container.failures = [OSError(12, "Cannot allocate memory")]
    image = Image("c", tmp_path / "c" / "model", {}, tmp_path / "log", tmp_path)
    settings = Settings(restart_delay=0.01, compute=Compute(container=Container))  # type: ignore[arg-type]
    supervised = SupervisedContainer(None, image, settings)  # type: ignore[arg-type]
    supervised.start()

    # when the container dies
    Container.started[0].stop()

    # then it is started again after all
    assert Container.again.wait(5)
    supervised.stop()
