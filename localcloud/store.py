"""What exists in a plugged-in service: resources by kind and name, changed under one lock.

Times are kept as AWS's JSON carries them, in seconds since the epoch. Nothing is written to disk: a
restarted cloud is empty but for the objects in S3, so a remembered endpoint would have lost its role.
"""

import copy
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]


def now() -> float:
    """The time, in seconds since the epoch, to the millisecond as AWS gives it."""
    return round(time.time(), 3)


class Store:
    """The resources of one service. What goes in and what comes out are copies."""

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, Document]] = defaultdict(dict)
        self._lock = threading.RLock()

    def add(self, kind: str, name: str, document: Document) -> bool:
        """Keep a new resource; False when the name is taken."""
        with self._lock:
            if name in self._kinds[kind]:
                return False
            self._kinds[kind][name] = copy.deepcopy(document)
            return True

    def find(self, kind: str, name: str) -> Document | None:
        """The resource, or None."""
        with self._lock:
            return copy.deepcopy(self._kinds[kind].get(name))

    def all(self, kind: str) -> list[Document]:
        """Every resource of the kind, oldest first."""
        with self._lock:
            return copy.deepcopy(list(self._kinds[kind].values()))

    def change(self, kind: str, name: str, edit: Callable[[Document], bool | None]) -> Document | None:
        """Let `edit` alter the resource in place, alone; None when it is gone or `edit` gives False."""
        with self._lock:
            document = copy.deepcopy(self._kinds[kind].get(name))
            if document is None or edit(document) is False:
                return None
            self._kinds[kind][name] = document
            return copy.deepcopy(document)

    def remove(self, kind: str, name: str) -> Document | None:
        """Forget the resource and give it back; None when there is none."""
        with self._lock:
            return self._kinds[kind].pop(name, None)
