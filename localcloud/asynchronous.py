"""Asynchronous invocation of functions as Lambda documents it.

A function that raises is tried again after one and two minutes; what still fails goes to its OnFailure
destination and its dead-letter queue (Lambda developer guide, "How Lambda handles errors and retries
with asynchronous invocation").
"""

import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localcloud.delivery import later

log = logging.getLogger(__name__)

_PAUSES = (60.0, 120.0)
"""Seconds before the first and the second retry of a function that raised."""


@dataclass(frozen=True)
class Policy:
    """What a function's configuration says about asynchronous invocations; ARNs are "" when not set."""

    maximum_retries: int = 2
    maximum_age: float = 21_600.0
    """Seconds."""
    on_success: str = ""
    on_failure: str = ""
    dead_letter: str = ""


@dataclass(frozen=True)
class Invocation:
    """One event for one function."""

    function_arn: str
    role_arn: str
    policy: Policy
    event: Any
    run: Callable[[], Mapping[str, Any]]
    """Invokes the function once: {"body": value or error document, "error": bool, "throttle": bool}."""


Send = Callable[[str, str, str, Mapping[str, Any]], None]
"""(role ARN, target ARN, body, SQS or SNS message attributes), under the function's role."""


class AsyncInvoker:
    """Sees each event through to a function that took it, or to where failures go."""

    def __init__(self, send: Send, scale: float) -> None:
        self._send, self._scale = send, scale

    def accept(self, invocation: Invocation) -> None:
        """Take an event; returns at once."""
        later(0.0, lambda: self._attempt(invocation, 1, 0, 0.0))

    def _attempt(self, invocation: Invocation, count: int, retries: int, age: float) -> None:
        """`age`: seconds as Lambda would count them, since only the pauses are shortened here."""
        began = time.monotonic()
        result = _outcome(invocation)
        if not result.get("error"):
            self._report(invocation, invocation.policy.on_success, "Success", count, result)
            return
        throttled = bool(result.get("throttle"))
        pause = min(2.0**count, 300.0) if throttled else _PAUSES[min(retries, 1)]
        age += time.monotonic() - began + pause
        if age > invocation.policy.maximum_age:
            self._give_up(invocation, "EventAgeExceeded", count, result)
        elif not throttled and retries >= invocation.policy.maximum_retries:
            self._give_up(invocation, "RetriesExhausted", count, result)
        else:
            again = retries + (not throttled)
            later(pause * self._scale, lambda: self._attempt(invocation, count + 1, again, age))

    def _give_up(self, invocation: Invocation, condition: str, count: int, result: Mapping[str, Any]) -> None:
        policy = invocation.policy
        log.error("%s: gave an event up, %s: %s", invocation.function_arn, condition, result.get("body"))
        self._report(invocation, policy.on_failure, condition, count, result)
        if policy.dead_letter:
            body = result.get("body")
            message = str(body.get("errorMessage", "")) if isinstance(body, Mapping) else str(body)
            attributes = {
                "RequestID": {"DataType": "String", "StringValue": _request_id(result)},
                "ErrorCode": {"DataType": "Number", "StringValue": "200"},
                "ErrorMessage": {"DataType": "String", "StringValue": message[:1024] or "-"},
            }
            self._deliver(invocation, policy.dead_letter, json.dumps(invocation.event), attributes)

    def _report(
        self, invocation: Invocation, destination: str, condition: str, count: int, result: Mapping[str, Any]
    ) -> None:
        if destination:
            record = _record(invocation, condition, count, result)
            self._deliver(invocation, destination, json.dumps(record), {})

    def _deliver(self, invocation: Invocation, arn: str, body: str, attributes: Mapping[str, Any]) -> None:
        try:
            self._send(invocation.role_arn, arn, body, attributes)
        except Exception:  # Lambda counts it (DestinationDeliveryFailures, DeadLetterErrors) and goes on
            log.exception("%s: %s did not take the outcome of an invocation", invocation.function_arn, arn)


def _outcome(invocation: Invocation) -> Mapping[str, Any]:
    try:
        return invocation.run()
    except Exception as error:  # such as a role that cannot be assumed: the event must not be lost with it
        log.exception("%s could not be invoked", invocation.function_arn)
        return {"error": True, "body": {"errorType": type(error).__name__, "errorMessage": str(error)}}


def _record(
    invocation: Invocation, condition: str, count: int, result: Mapping[str, Any]
) -> Mapping[str, Any]:
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": _request_id(result),
            "functionArn": f"{invocation.function_arn}:$LATEST",
            "condition": condition,
            "approximateInvokeCount": count,
        },
        "requestPayload": invocation.event,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            **({"functionError": "Unhandled"} if result.get("error") else {}),
        },
        "responsePayload": result.get("body"),
    }


def _request_id(result: Mapping[str, Any]) -> str:
    body = result.get("body")
    found = body.get("requestId") if isinstance(body, Mapping) else None
    return str(found or uuid.uuid4())
