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


@dataclass
class Load:
    """What the requests were answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    versions: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """All requests."""
        return self.statuses.total()

    def note(self, status: int, body: bytes) -> None:
        """Take one answer."""
        self.statuses[status] += 1
        if status == 200:
            self.versions[str(json.loads(body)["model"]["version"])] += 1
        else:
            self.failures.append(f"{status}: {body[:200].decode(errors='replace')}")


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
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=60)
        try:
            connection.request("POST", f"{url.path}predict", _BODY, _HEADERS)
            answer = connection.getresponse()
            load.note(answer.status, answer.read())
        except OSError as error:
            load.note(0, f"{type(error).__name__}: {error}".encode())
        finally:
            connection.close()


def settled(load: Load, seconds: float) -> None:
    """Let the load go on for a while."""
    before, deadline = load.sent, time.monotonic() + seconds
    while time.monotonic() < deadline or load.sent == before:
        time.sleep(_PAUSE)
