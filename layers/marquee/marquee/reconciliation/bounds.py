"""What bounds a pass and a sweep: their time, and that no single item holds up the others."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from marquee.observability import logger
from marquee.services.errors import throttled


class Budget:
    """Seconds that a search may go on for; what it does not come to is the next one's."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    @property
    def is_spent(self) -> bool:
        """Whether it is time to stop."""
        return time.monotonic() >= self._until

    def part(self, share: float) -> "Budget":
        """Return a share of what is left."""
        return Budget(share * (self._until - time.monotonic()))


class Errors:
    """The errors of single items, raised together at the end; throttling is none: the next sweep comes."""

    def __init__(self) -> None:
        self._errors: list[Exception] = []

    @contextmanager
    def of(self, item: str) -> Iterator[None]:
        """Keep what goes wrong with one item."""
        try:
            yield
        except Exception as error:
            if throttled(error):
                logger().warning("left to the next sweep", extra={"item": item, "because": str(error)})
                return
            logger().exception("this could not be swept", extra={"item": item})
            self._errors.append(error)

    def raise_all(self) -> None:
        """Raise what was kept, if anything was."""
        if self._errors:
            message = f"{len(self._errors)} items could not be swept; the log names them"
            raise ExceptionGroup(message, self._errors)
