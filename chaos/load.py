"""A steady load of requests on a stage's address, and what came of every one."""

import contextlib
import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from chaos.stage import Stage

_BODY = json.dumps({"text": "a wonderful, brilliant film"})
_HEADERS = {"Content-Type": "application/json"}
_PAUSE = 0.05
_ANSWER_SECONDS = 60.0


@dataclass
class Load:
    """What the requests were answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def sent(self) -> int:
        """All requests."""
        return self.statuses.total()

    def note(self, status: int, body: bytes) -> None:
        """Take one answer; one of 200 that names no model is a failure too."""
        with self._lock:
            self.statuses[status] += 1
            version = _version(body) if status == 200 else None
            if version is None:
                self.failures.append(f"{status}: {body[:200].decode(errors='replace')}")
            else:
                self.versions[version] += 1


@contextlib.contextmanager
def steady(stage: Stage, callers: int = 2) -> Iterator[Load]:
    """Requests one after the other from so many callers, as long as the block lasts."""
    load, over = Load(), threading.Event()
    threads = [
        threading.Thread(target=_call, args=(stage.account.address, load, over)) for _ in range(callers)
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _call(address: str, load: Load, over: threading.Event) -> None:
    url = urlsplit(address)
    while not over.wait(_PAUSE):
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=_ANSWER_SECONDS)
        try:
            connection.request("POST", f"{url.path}predict", _BODY, _HEADERS)
            answer = connection.getresponse()
            load.note(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            load.note(0, f"{type(error).__name__}: {error}".encode())
        finally:
            connection.close()


def settled(load: Load, seconds: float) -> None:
    """Let the load go on for a while, until an answer came in it; one that never comes is a failure."""
    before, started = load.sent, time.monotonic()
    while (passed := time.monotonic() - started) < seconds or load.sent == before:
        if passed > seconds + _ANSWER_SECONDS:
            load.note(0, b"no request was answered any more")
        time.sleep(_PAUSE)


def _version(body: bytes) -> str | None:
    try:
        return str(json.loads(body)["model"]["version"])
    except (ValueError, KeyError, TypeError):
        return None
