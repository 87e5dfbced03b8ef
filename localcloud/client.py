"""What a command line or a test does with a local cloud: start it in the background, find it, stop it."""

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from localcloud.config import CloudConfig
from localcloud.gateway import CONTROL_PATH, IDENTITY_PATH, KEY_HEADER
from localcloud.record import CannotStart, Record, read
from localcloud.warden import CLOUD_MARK, end_marked

if TYPE_CHECKING:
    from localcloud.faults.plan import Plan


@dataclass(frozen=True)
class LocalCloud:
    """A cloud that runs in the background."""

    config: CloudConfig
    record: Record

    @classmethod
    def start(
        cls,
        config: CloudConfig,
        timeout: float = 60.0,
        uninterrupted: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> "LocalCloud":
        """The cloud of the state folder, started unless it runs; CannotStart with the reason.

        `uninterrupted` holds signals back where the caller turns them into exceptions.
        """
        if found := cls.find(config):
            return found
        config.state.mkdir(parents=True, exist_ok=True)
        log = config.state / "cloud.log"
        pid = 0
        try:
            # A process that runs before its id is known here could not be ended below.
            with uninterrupted():
                pid = _launch(config, log)
            return cls._ready(config, pid, log, timeout)
        except BaseException:
            # Ctrl-C as well: without a record nobody would know of the cloud.
            with suppress(ProcessLookupError):
                if pid:
                    os.kill(pid, signal.SIGTERM)
            raise

    @classmethod
    def _ready(cls, config: CloudConfig, pid: int, log: Path, timeout: float) -> "LocalCloud":
        """The cloud that is starting as process `pid`, once it answers; CannotStart with the reason."""
        deadline = time.monotonic() + timeout
        while (found := cls.find(config)) is None:
            if os.waitpid(pid, os.WNOHANG)[0]:
                raise CannotStart(_last_words(log))
            if time.monotonic() > deadline:
                raise CannotStart(f"The cloud was not ready after {timeout:.0f} s, see {log}")
            time.sleep(0.1)
        return found

    @classmethod
    def find(cls, config: CloudConfig) -> "LocalCloud | None":
        """The running cloud of the state folder, on whichever port; None when there is none."""
        record = read(config.record)
        return cls(config, record) if record and _identity(record) == record.token else None

    @property
    def endpoint_url(self) -> str:
        """Where its AWS API answers."""
        return self.record.endpoint_url

    def environment(self) -> dict[str, str]:
        """This process's environment, changed so that SDKs and tools speak to the cloud."""
        inherited = {name: value for name, value in os.environ.items() if name not in _OTHER_ACCOUNTS}
        return {**inherited, **self.config.environment(), "AWS_ENDPOINT_URL": self.endpoint_url}

    def control(self, name: str, body: object = None) -> Any:
        """Ask one of the cloud's controls (localcloud.gateway); ValueError with the reason it refuses."""
        url, data = f"{self.endpoint_url}{CONTROL_PATH}{name}", json.dumps(body).encode() if body else None
        request = urllib.request.Request(url, data, {KEY_HEADER: self.record.key})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30.0) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(json.load(error)["message"]) from error

    def set_faults(self, plan: "Plan | Mapping[str, Any]") -> None:
        """Let the cloud follow a plan of faults (localcloud.faults.plan); what `reorder` holds back goes on.

        ValueError with every mistake in it.
        """
        document = plan if isinstance(plan, Mapping) else plan.model_dump(mode="json")
        self.control("faults", document or {"faults": []})

    def struck(self) -> list[dict[str, Any]]:
        """What the plan's faults have struck so far: fault (its place), kind, at (epoch seconds), subject."""
        return list(self.control("faults")["struck"])

    def pending_events(self) -> int:
        """How many events the faults hold back now."""
        return int(self.control("faults")["pending_events"])

    def repeated_calls(self) -> dict[str, int]:
        """By action, the calls since the start that an SDK made again though they had been served."""
        return dict(self.control("faults")["repeated_calls"])

    def repeated_notices(self) -> dict[str, int]:
        """The notices among these, by what each says of whom: "live good-1-0123456789"."""
        return dict(self.control("faults")["repeated_notices"])

    def record_calls(self, wanted: bool) -> None:
        """Keep a record of invocations and their calls from now on, or no more."""
        self.control("calls", {"record": wanted})

    def recorded_calls(self) -> list[dict[str, Any]]:
        """Invocations since then: function, request_id, calls (actions as IAM names them), ended."""
        return list(self.control("calls"))

    def stop(self, timeout: float = 20.0) -> None:
        """End the cloud and every process of it; harmless when it has ended."""
        try:
            process = psutil.Process(self.record.pid)
            if abs(process.create_time() - self.record.started) < 1.0:
                process.terminate()
                psutil.wait_procs([process], timeout=timeout)
                process.kill()
        except psutil.NoSuchProcess:
            pass
        end_marked(CLOUD_MARK, self.record.mark, grace=0)
        self.config.record.unlink(missing_ok=True)


_OTHER_ACCOUNTS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE")


def _launch(config: CloudConfig, log: Path) -> int:
    """Start the cloud in a session of its own; gives its process id. Nobody waits for it, so no Popen."""
    command = [sys.executable, "-m", "localcloud", "--state", str(config.state), "--port", str(config.port)]
    command += ["--wait-scale", str(config.wait_scale), "--delivery-scale", str(config.delivery_scale)]
    if config.parent:
        command += ["--parent", str(config.parent)]
    write = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawn(
        sys.executable,
        [*command, "--services", ",".join(config.services)],
        {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), write, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _identity(record: Record) -> str | None:
    try:
        with urllib.request.urlopen(record.endpoint_url + IDENTITY_PATH, timeout=2.0) as answer:  # noqa: S310
            token = json.load(answer).get("token")
    except (OSError, ValueError, AttributeError):
        return None
    return str(token)


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"The cloud ended without a word, see {log}"
