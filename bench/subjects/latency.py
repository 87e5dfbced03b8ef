"""How long a prediction through the function URL takes, on one connection, once warm."""

import json
import statistics
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

from cli.account import Account

REVIEW = "The cast is wonderful, the plot is thin, and I would still watch it again tomorrow."
_WARM_UP = 20


def prediction_latency(account: Account, calls: int) -> dict[str, float]:
    """Median and 99th percentile of `calls` predictions of one review, in milliseconds."""
    url = urlsplit(account.address)
    connection = HTTPConnection(url.hostname or "", url.port, timeout=30)
    taken = [_call(connection, f"{url.path}predict") for _ in range(_WARM_UP + calls)][_WARM_UP:]
    connection.close()
    return {"median_ms": statistics.median(taken), "p99_ms": statistics.quantiles(taken, n=100)[98]}


def _call(connection: HTTPConnection, path: str) -> float:
    body = json.dumps({"text": REVIEW})
    began = time.perf_counter()
    connection.request("POST", path, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    taken = (time.perf_counter() - began) * 1000
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}: {content[:200]!r}")
    return taken
