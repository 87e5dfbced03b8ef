"""What a request leaves in the log: one JSON line with its measures, and JSON lines for what went wrong.

Powertools' Logger and Metrics would double the import time of the function (tests/unit/predict holds it).
"""

from __future__ import annotations

import json
import logging
import os
import time
from functools import cache
from typing import Any

from marquee.metrics import Metric, write
from marquee.serving.messages import Answer

# Answers that say "not yet" or "not now"; every other 5xx is a fault of ours.
_WAITING = frozenset({"no_endpoint", "endpoint_not_ready"})
_request: dict[str, str] = {}


class JsonLines(logging.Handler):
    """Prints a record as Powertools' Logger would; a text within it can start no line of its own."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the record's line, with the keys of the request that is being answered."""
        line = {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.getMessage(),
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "service": os.environ.get("POWERTOOLS_SERVICE_NAME", "marquee"),
            **_request,
        }
        if record.exc_info:
            line["exception"] = logging.Formatter().formatException(record.exc_info)
        print(json.dumps(line))


@cache
def logger() -> logging.Logger:
    """Return the logger of this package; its level is POWERTOOLS_LOG_LEVEL."""
    log = logging.getLogger("marquee.serving")
    log.addHandler(JsonLines())
    log.setLevel(os.environ.get("POWERTOOLS_LOG_LEVEL", "INFO"))
    # Lambda's own handler, on the root, would write each line again, and not as JSON.
    log.propagate = False
    return log


def begin(request_id: str) -> float:
    """Put a request's id on every further line; the moment it began, for `record`."""
    logger()
    _request.clear()
    _request.update(request_id=request_id, run_id="")
    return time.perf_counter()


def record(http: dict[str, Any], answer: Answer, began: float) -> None:
    """Write the request's line: what was asked, what came of it, which run's model answered, how fast."""
    milliseconds = round((time.perf_counter() - began) * 1000, 3)
    fault = answer.status >= 500 and answer.code not in _WAITING
    line = {
        "level": "ERROR" if fault else "INFO",
        "message": f"{http['method']} {http['path'][:200]} answered {answer.status}",
        **_request,
        "code": answer.code,
        "milliseconds": milliseconds,
        **answer.about,
    }
    metrics = [Metric("Answers", "Count", 1, (("code",),)), Metric("Faults", "Count", int(fault))]
    if "variant" in answer.about:
        metrics += _prediction(answer.about["reviews"], milliseconds)
    write(metrics, line)


def _prediction(reviews: int, milliseconds: float) -> list[Metric]:
    by = ((), ("variant",))
    return [
        Metric("Predictions", "Count", reviews, by),
        Metric("PredictionMilliseconds", "Milliseconds", milliseconds, by),
    ]
