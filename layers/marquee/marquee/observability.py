"""The one logger, made on first use, and the measures that a function takes.

Every line is one JSON object with the run_id it is about ("" while none is known), the lines of metrics
included: what a user wrote is a JSON string in it and can start no line of its own.
No Tracer: Powertools' Tracer pulls botocore in (0.4 to 0.6 s) even where it is disabled; the
template's active tracing needs no code.
"""

# ruff: noqa: PLC0415 - imported on first use, for INIT time is billed

from __future__ import annotations

import json
import os
from functools import cache, partial, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from marquee.metrics import Metric, write
from marquee.subjects import run_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools import Logger

Result = TypeVar("Result")


@cache
def logger() -> Logger:
    """Return the JSON logger; service and level come from POWERTOOLS_SERVICE_NAME and _LOG_LEVEL."""
    from aws_lambda_powertools import Logger

    # Escaped, for readers that take U+2028 and its like for the end of a line.
    return Logger(json_serializer=partial(json.dumps, default=str))


def about(**keys: str) -> None:
    """Put keys such as `run_id` on every further line of this invocation."""
    logger().append_keys(**keys)


def count(name: str, **dimensions: str) -> None:
    """Count one occurrence, such as a run that ended, under its dimensions."""
    _measure(name, "Count", 1, dimensions)


def seconds(name: str, value: float, **dimensions: str) -> None:
    """Record a duration in seconds under its dimensions."""
    _measure(name, "Seconds", value, dimensions)


def gauge(name: str, value: float, **dimensions: str) -> None:
    """Record how many of something there are now, such as runs that are overdue; also when there are none."""
    _measure(name, "Count", value, dimensions)


def _measure(name: str, unit: str, value: float, dimensions: dict[str, str]) -> None:
    keys = logger().get_current_keys()
    known: dict[str, Any] = {key: keys[key] for key in ("run_id", "attempt_id", "request_id") if key in keys}
    write([Metric(name, unit, value, (tuple(dimensions),))], {"run_id": "", **known, **dimensions})


def observed(handler: Callable[[Any, Any], Result]) -> Callable[[Any, Any], Result]:
    """Give a handler fresh log keys, and log what it raises before Lambda retries it."""

    @wraps(handler)
    def wrapper(event: Any, context: Any) -> Result:
        log = logger()
        log.clear_state()
        run_id = run_of(event, os.environ.get("STAGE", ""))
        log.append_keys(request_id=getattr(context, "aws_request_id", ""), run_id=run_id)
        try:
            return handler(event, context)
        except Exception as error:
            from marquee.services.errors import throttled

            if wait := throttled(error):
                # By this name the state machines know that it is no failure.
                log.warning("a service is asked too often", extra={"call": str(wait)})
                raise wait from error
            log.exception("the invocation failed and will be retried by its caller")
            raise

    return wrapper
