"""The file that says which process a state folder's cloud is, and the lock that makes it the only one."""

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from localcloud.config import CloudConfig

_KEPT = {"cloud.lock", "cloud.log", "functions"}
"""What survives a restart: the lock, the log, and unpacked archives, which are named by their content."""


class CannotStart(Exception):
    """The cloud cannot run here, and why."""


@dataclass(frozen=True)
class Record:
    """A running cloud, as another process needs to know it. It is written once the cloud is ready."""

    pid: int
    started: float
    """When the process began, in seconds since the epoch: tells it from a later one with the same id."""
    endpoint_url: str
    token: str
    """What the identity endpoint answers: tells this cloud from whatever else listens there."""
    mark: str
    """What every process of the cloud carries in its environment."""
    key: str = ""
    """What opens the cloud's controls; only who may read this file knows it."""

    def write(self, path: Path) -> None:
        """Replace the file at once, so that nobody reads half of it."""
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(self)))
        draft.replace(path)


def read(path: Path) -> Record | None:
    """The record in the file, or None when there is none that can be read."""
    try:
        return Record(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


@contextmanager
def exclusive(config: CloudConfig) -> Iterator[None]:
    """Own the state folder, emptied of what an earlier cloud left; CannotStart when another one does.

    A cloud starts clean: MiniStack saves its state only when it ends well, and half of a state (objects
    without the runs, tables and functions that belong to them) would be worse than none.
    """
    config.state.mkdir(parents=True, exist_ok=True)
    lock_path = config.state / "cloud.lock"
    if not lock_path.exists() and any(path.name not in _KEPT for path in config.state.iterdir()):
        raise CannotStart(f"{config.state} holds files that are not a local cloud's. Choose an empty folder.")
    with lock_path.open("a") as lock:
        _lock(lock, config)
        for path in config.state.iterdir():
            if path.name not in _KEPT:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        yield
        config.record.unlink(missing_ok=True)


def _lock(lock: IO[str], config: CloudConfig) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        running = read(config.record)
        where = f" at {running.endpoint_url} as process {running.pid}" if running else ", and is starting"
        raise CannotStart(f"The cloud of {config.state} runs already{where}.") from error
