"""The one logger and the one set of metrics; both are made on first use.

No Tracer: Powertools' Tracer pulls botocore in (0.4 to 0.6 s) even where it is disabled; the
template's active tracing needs no code.
"""

# ruff: noqa: PLC0415 - imported on first use, for INIT time is billed

from __future__ import annotations

from functools import cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools import Logger, Metrics

Result = TypeVar("Result")


@cache
def logger() -> Logger:
    """Return the JSON logger; service and level come from POWERTOOLS_SERVICE_NAME and _LOG_LEVEL."""
    from aws_lambda_powertools import Logger

    return Logger()


@cache
def metrics() -> Metrics:
    """Return the metrics, written to the log in CloudWatch's embedded metric format."""
    from aws_lambda_powertools import Metrics

    return Metrics()


def about(**keys: str) -> None:
    """Put keys such as `run_id` on every further log line of this invocation."""
    logger().append_keys(**keys)


def count(name: str, **dimensions: str) -> None:
    """Count one occurrence, such as a run that ended, under its dimensions."""
    _measure(name, "Count", 1, dimensions)


def seconds(name: str, value: float, **dimensions: str) -> None:
    """Record a duration in seconds under its dimensions."""
    _measure(name, "Seconds", value, dimensions)


def _measure(name: str, unit: str, value: float, dimensions: dict[str, str]) -> None:
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    defaults = {"service": metrics().service or "marquee", **dimensions}
    with single_metric(
        name, MetricUnit(unit), value, namespace=metrics().namespace, default_dimensions=defaults
    ):
        pass


def observed(handler: Callable[[Any, Any], Result]) -> Callable[[Any, Any], Result]:
    """Give a handler fresh log keys, and log what it raises before Lambda retries it."""

    @wraps(handler)
    def wrapper(event: Any, context: Any) -> Result:
        log = logger()
        log.clear_state()
        log.append_keys(request_id=getattr(context, "aws_request_id", ""))
        try:
            return handler(event, context)
        except Exception:
            log.exception("the invocation failed and will be retried by its caller")
            raise

    return wrapper
