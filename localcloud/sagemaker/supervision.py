"""Keeps a container alive."""

import logging
import threading
import time
from collections.abc import Callable, Mapping

from localcloud.processes import Processes
from localcloud.sagemaker.compute import RunningContainer
from localcloud.sagemaker.container_process import ContainerUnavailable, Image, Reply, StartError
from localcloud.sagemaker.settings import Settings

log = logging.getLogger(__name__)


class SupervisedContainer:
    """A container that is started again whenever it dies, later after each death in a row."""

    def __init__(
        self,
        processes: Processes,
        image: Image,
        settings: Settings,
        ended: Callable[[], object] = lambda: None,
    ) -> None:
        self._ended = ended
        self._processes, self._image, self._settings = processes, image, settings
        self._container: RunningContainer | None = None
        self.ready = False
        self.in_flight = 0
        self._stopped = threading.Event()
        self._drained = threading.Condition()

    def start(self) -> None:
        """Come up within the start-up timeout, or raise StartError and leave nothing behind."""
        try:
            self._launch()
        except (StartError, OSError):
            self.stop()
            raise
        threading.Thread(target=self._supervise, name=f"supervise {self._image.name}", daemon=True).start()

    def post(self, body: bytes, headers: Mapping[str, str]) -> Reply:
        """One invocation; ContainerUnavailable at once while the container is down."""
        container = self._container
        if container is None or not self.ready:
            raise ContainerUnavailable(f"container {self._image.name} is being restarted")
        with self._drained:
            self.in_flight += 1
        try:
            return container.post(body, headers, self._settings.invocation_timeout)
        finally:
            with self._drained:
                self.in_flight -= 1
                self._drained.notify_all()

    def stop(self, drain: float = 0.0) -> None:
        """Wait up to `drain` seconds for the invocations under way, then end the process for good."""
        with self._drained:
            self._drained.wait_for(lambda: self.in_flight == 0, drain)
        self._stopped.set()
        if self._container is not None:
            self._container.stop()
        self._ended()
        self._image.remove()

    def _launch(self) -> None:
        self._container = self._settings.compute.container(self._processes, self._image)
        if self._stopped.is_set():
            self._container.stop()
        self._container.wait_ready(self._settings.startup_timeout)
        self.ready = True

    def _supervise(self) -> None:
        delay = self._settings.restart_delay
        while self._container is not None:
            born = time.monotonic()
            status = self._container.wait()
            self.ready = False
            if time.monotonic() - born > self._settings.restart_delay_limit:
                delay = self._settings.restart_delay
            if self._stopped.wait(delay):
                return
            log.warning("container %s ended with status %d; starting it again", self._image.name, status)
            delay = min(2 * delay, self._settings.restart_delay_limit)
            self._restart()

    def _restart(self) -> None:
        try:
            self._launch()
        except (StartError, OSError) as error:
            log.warning("container %s did not come up: %s", self._image.name, error)
            if self._container is not None:
                self._container.stop()
        except RuntimeError:  # the cloud is stopping, and starts nothing any more
            self._stopped.set()
            self._container = None
