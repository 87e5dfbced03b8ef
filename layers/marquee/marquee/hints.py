"""Events are hints: what one cannot do at this moment, the reconciler does at its next pass."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from marquee.observability import count, logger
from marquee.services.errors import throttled

Result = TypeVar("Result")


def hint(handler: Callable[[Any, Any], Result]) -> Callable[[Any, Any], Result | dict[str, str]]:
    """Let a handler of events give up where a service is asked too often, instead of failing.

    Lambda would try twice more within three minutes and keep the event as a dead letter, although it is
    not needed: whatever it is about is open in the ledger.
    """

    @wraps(handler)
    def wrapper(event: Any, context: Any) -> Result | dict[str, str]:
        try:
            return handler(event, context)
        except Exception as error:
            wait = throttled(error)
            if wait is None or "detail-type" not in event:
                raise
            logger().warning("left to the reconciler", extra={"call": str(wait)})
            count("LeftToReconciler")
            return {"status": "left to the reconciler", "because": str(wait)}

    return wrapper
