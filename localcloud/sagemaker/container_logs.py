"""What containers print goes to CloudWatch Logs under their execution role, every few seconds.

https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html names the groups and streams.
"""

import logging
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.awsjson import ServiceError
from localcloud.logs import Stream
from localcloud.sagemaker.container_process import SERVICE

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

ENDPOINTS = "/aws/sagemaker/Endpoints/"
TRANSFORM_JOBS = "/aws/sagemaker/TransformJobs"

_DENIED = "AccessDenied"

log = logging.getLogger(__name__)


def instance_id() -> str:
    """What AWS would call the machine."""
    return f"i-{uuid.uuid4().hex[:17]}"


class Follower:
    """The log file of one container, read from where it ends now."""

    def __init__(self, cloud: "Cloud", role: str, path: Path, group: str, stream: str) -> None:
        self._cloud, self._role, self._path = cloud, role, path
        self._group, self._name = group, stream
        self._position = path.stat().st_size if path.exists() else 0
        self._stream: Stream | None = None
        self._turn = threading.Lock()
        self.denied = False

    def ship(self, rest: bool = False) -> None:
        """Send the whole lines that are new; with `rest` also a last one that nothing ends."""
        with self._turn:
            text = self._unread()
            end = len(text) if rest else text.rfind(b"\n") + 1
            if end and not self.denied:
                self._send(text[:end])

    def _send(self, text: bytes) -> None:
        try:
            if self._stream is None:
                session = self._cloud.roles.session(self._role, SERVICE)
                self._stream = Stream(session, self._group, self._name)
            self._stream.write(text.decode(errors="replace").splitlines())
        except (ClientError, ServiceError) as error:
            # A role without the permission has no logs; whatever else it is may be over in a moment.
            self.denied = _DENIED in str(error)
            log.warning("log stream %s %s: %s", self._group, self._name, error)
        except BotoCoreError as error:
            log.warning("log stream %s %s: %s", self._group, self._name, error)
        else:
            self._position += len(text)

    def _unread(self) -> bytes:
        if not self._path.exists():
            return b""
        with self._path.open("rb") as stream:
            stream.seek(self._position)
            return stream.read()


class ContainerLogs:
    """Every container's log that is followed."""

    def __init__(self, cloud: "Cloud", interval: float) -> None:
        self._cloud, self._interval = cloud, interval
        self._followers: set[Follower] = set()
        self._closing = threading.Event()
        threading.Thread(target=self._run, name="container logs", daemon=True).start()

    def follow(self, role: str, path: Path, group: str, stream: str) -> Follower:
        """Send what is written to the file from now on to a log stream."""
        follower = Follower(self._cloud, role, path, group, stream)
        self._followers = {*self._followers, follower}
        return follower

    def end(self, follower: Follower) -> None:
        """Send the last of it, and follow it no more."""
        self._followers = self._followers - {follower}
        if not self._closing.is_set():
            follower.ship(rest=True)

    def close(self) -> None:
        """Send nothing more, because the cloud stops."""
        self._closing.set()

    def _run(self) -> None:
        while not self._closing.wait(self._interval):
            for follower in self._followers:
                follower.ship()
