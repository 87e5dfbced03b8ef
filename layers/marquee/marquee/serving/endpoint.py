"""The endpoint that holds the champion, and what its answers and errors mean to a caller."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from marquee.serving.connection import Connection, Reply, Unreachable
from marquee.serving.messages import Refusal
from marquee.serving.reviews import Review

_log = logging.getLogger(__name__)

_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
_THROTTLED = ("ThrottlingException", "Throttling", "TooManyRequestsException")
_UNREADY = ("ModelNotReadyException", "ServiceUnavailable", "InternalDependencyException", "InternalFailure")
# 0: the connection to the container broke.
_CONTAINER_AWAY = (0, 502, 503, 504)
_MISSING = ("ValidationError", "ValidationException")


class Endpoint:
    """Asks one SageMaker endpoint for predictions."""

    def __init__(self, name: str, connection: Connection) -> None:
        self._path = f"/endpoints/{name}/invocations"
        self._connection = connection

    def predict(self, reviews: Sequence[Review], explain: bool = False) -> dict[str, Any]:
        """Return `{"model", "predictions"}`, one prediction per review; Refusal says why there are none."""
        content: dict[str, Any] = {"reviews": [asdict(review) for review in reviews]}
        if explain:
            content["explain"] = True
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            reply = self._connection.post(self._path, body, _JSON)
        except Unreachable as error:
            _log.warning("the endpoint cannot be reached: %s", error)
            message = "The model's endpoint does not answer right now. Try again in a few seconds."
            raise Refusal.until(5, 503, "endpoint_unreachable", message) from error
        if reply.status != 200:
            raise _refusal(reply)
        return _predictions(reply, len(reviews))


def _refusal(reply: Reply) -> Refusal:
    error = EndpointError.of(reply)
    _log.warning("InvokeEndpoint answered %s %s: %s", reply.status, error.name, error.message)
    if error.name in _THROTTLED:
        return Refusal.until(1, 429, "throttled", "Too many requests at once. Try again in a second.")
    if error.name in _MISSING and "not found" in error.message:
        message = (
            "No model is live yet, or its endpoint is starting, or it was deleted because nobody asked it. "
            "GET /runs shows what is under way; `marquee rollback` with GET /model's version wakes it."
        )
        return Refusal.until(30, 503, "no_endpoint", message)
    if error.unready:
        message = "The model's endpoint is starting. Try again in a few seconds."
        return Refusal.until(5, 503, "endpoint_not_ready", message)
    if error.name == "ModelError":
        return Refusal(502, "model_error", "The model failed on this request. The endpoint's log says why.")
    return Refusal(502, "endpoint_refused", "The endpoint refused this request. The function's log says why.")


@dataclass(frozen=True)
class EndpointError:
    """An error of InvokeEndpoint; `container_status` is what the model's container answered, if it did."""

    name: str
    message: str
    status: int
    container_status: int | None

    @classmethod
    def of(cls, reply: Reply) -> EndpointError:
        """Read an error as SageMaker's runtime words it: the name in a header, the rest in JSON."""
        try:
            content = json.loads(reply.body)
        except ValueError:
            content = None
        fields = content if isinstance(content, dict) else {}
        name = reply.error_type or str(fields.get("__type") or fields.get("Code") or fields.get("code") or "")
        said = fields.get("Message") or fields.get("message") or reply.body[:200].decode(errors="replace")
        return cls(name.split("#")[-1], str(said), reply.status, fields.get("OriginalStatusCode"))

    @property
    def unready(self) -> bool:
        """Whether a later try may succeed: the endpoint, or the process in its container, is starting."""
        starting = self.name in _UNREADY or self.status == 503
        return starting or (self.name == "ModelError" and self.container_status in _CONTAINER_AWAY)


def _predictions(reply: Reply, expected: int) -> dict[str, Any]:
    try:
        content = json.loads(reply.body)
        model, predictions = content["model"], content["predictions"]
        answered = len(predictions)
        known = {"version": model["version"], "run_id": model["run_id"], "variant": reply.variant}
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(502, "model_error", "The model's answer cannot be read; it lacks a part.") from error
    if answered != expected:
        raise Refusal(502, "model_error", f"The model answered {answered} of {expected} reviews.")
    return {"model": known, "predictions": predictions}
