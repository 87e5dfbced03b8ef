"""A model's container as a process of this machine: unpacked, started, pinged, asked, stopped."""

import http.client
import os
import shutil
import sys
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from localcloud import objects
from localcloud.processes import Child, Command, Processes
from localcloud.sagemaker.archives import unpack
from localcloud.store import Document

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

SERVICE = "sagemaker.amazonaws.com"
SERVER = Path(__file__).with_name("container.py")
START = Path(__file__).with_name("container_start.py")

_POLL_SECONDS = 0.02
_MODEL = "/opt/ml/model"


class StartError(Exception):
    """A container that did not come up; the message says why."""


class ContainerUnavailable(Exception):
    """A container that is not there to answer, because it starts, has died or is being restarted."""


@dataclass(frozen=True)
class Reply:
    """What a container answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Image:
    """Everything a container starts from."""

    name: str
    model: Path
    environment: Mapping[str, str]
    log: Path
    environments: Path
    """Where what a requirements.txt asks for is installed."""

    @property
    def start(self) -> tuple[str | Path, ...]:
        """What runs before the server: the installation, if the code names what it needs."""
        code = self.environment.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
        needs = Path(code, "requirements.txt")
        return (START, self.environments, needs) if code and needs.is_file() else ()

    def remove(self) -> None:
        """Delete what was unpacked."""
        shutil.rmtree(self.model.parent, ignore_errors=True)


def prepare(cloud: "Cloud", model: Document, name: str, extra: Mapping[str, str] | None = None) -> Image:
    """Unpack a model's archive, under the model's role, into a folder of its own."""
    # Its own even under the same name: an update to the running config starts beside what it replaces.
    folder = cloud.config.state / "sagemaker" / "containers" / name / uuid.uuid4().hex[:8]
    role, container = model["ExecutionRoleArn"], model["PrimaryContainer"]
    session = cloud.roles.session(role, SERVICE)
    archive = objects.download_file(session, container["ModelDataUrl"], folder / "model.tar.gz")
    unpack(archive, folder / "model")
    archive.unlink()
    asked = {**container.get("Environment", {}), **(extra or {})}
    code = asked.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    if code.startswith("s3://"):
        source = objects.download_file(session, code, folder / "sourcedir.tar.gz")
        asked["SAGEMAKER_SUBMIT_DIRECTORY"] = str(unpack(source, folder / "code"))
    elif code.startswith(_MODEL):
        asked["SAGEMAKER_SUBMIT_DIRECTORY"] = str(folder / "model") + code.removeprefix(_MODEL)
    environment = {
        **asked,
        **cloud.roles.environment(role, SERVICE),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "PYTHONUNBUFFERED": "1",
        "SM_MODEL_DIR": str(folder / "model"),
        "TMPDIR": str(cloud.config.scratch),
    }
    log = cloud.config.logs / "sagemaker" / f"{name}.log"
    return Image(name, folder / "model", environment, log, cloud.config.state / "environments")


class Container:
    """One running container, and the kept-alive connections to it."""

    def __init__(self, processes: Processes, image: Image) -> None:
        self._image = image
        self._port_file = image.model.parent / "port"
        self._port_file.unlink(missing_ok=True)
        self._port = 0
        self._idle: deque[http.client.HTTPConnection] = deque()
        image.log.parent.mkdir(parents=True, exist_ok=True)
        self._log_start = image.log.stat().st_size if image.log.exists() else 0
        self._child: Child = processes.spawn(
            Command(
                name=f"container {image.name}",
                arguments=(
                    sys.executable,
                    *image.start,
                    "-P",
                    SERVER,
                    "--model",
                    image.model,
                    "--port-file",
                    self._port_file,
                ),
                environment=image.environment,
                folder=image.model.parent,
                output=image.log,
            )
        )

    def wait_ready(self, timeout: float) -> None:
        """Return once /ping answers 200; StartError after `timeout` seconds or when the process ends."""
        deadline = time.monotonic() + timeout
        while not self._ping():
            if not self._child.running:
                raise StartError(self._last_words())
            if time.monotonic() > deadline:
                raise StartError(f"/ping did not answer within {timeout:.0f} s")
            time.sleep(_POLL_SECONDS)

    def post(self, body: bytes, headers: Mapping[str, str], timeout: float) -> Reply:
        """One invocation; ContainerUnavailable when it is not there, TimeoutError after `timeout` seconds."""
        return self._exchange("POST", "/invocations", body, headers, timeout)

    def wait(self) -> int:
        """The exit status, once the process has ended."""
        return self._child.wait()

    def stop(self, grace: float = 2.0) -> None:
        """End the process and close the connections."""
        self._child.stop(grace)
        while self._idle:
            self._idle.pop().close()

    def _ping(self) -> bool:
        if not self._port and self._port_file.exists():
            self._port = int(self._port_file.read_text())
        try:
            return bool(self._port) and self._exchange("GET", "/ping", b"", {}, 2.0).status == 200
        except (ContainerUnavailable, TimeoutError):
            return False

    def _exchange(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout: float
    ) -> Reply:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout)
        try:
            if connection.sock is not None:
                connection.sock.settimeout(timeout)
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            reply = Reply(
                response.status,
                {name.lower(): value for name, value in response.headers.items()},
                response.read(),
            )
        except TimeoutError:
            connection.close()
            raise
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise ContainerUnavailable(f"{type(error).__name__}: {error}") from error
        self._idle.append(connection)
        return reply

    def _last_words(self) -> str:
        with self._image.log.open(errors="replace") as stream:
            stream.seek(self._log_start)
            lines = [line.strip() for line in stream if line.strip()]
        return lines[-1] if lines else "the process ended without a word"
