"""What comes in through the function URL and what goes out (Lambda payload format 2.0)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Refusal(Exception):
    """A request that is not served: HTTP status, a code for programs, a sentence for people."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    @classmethod
    def until(cls, seconds: int, status: int, code: str, message: str) -> Refusal:
        """Refuse for now: the caller may come back after `seconds`."""
        return cls(status, code, message, {"Retry-After": str(seconds)})


@dataclass(frozen=True)
class Request:
    """One HTTP request; `id` is the one in AWS's logs."""

    method: str
    path: str
    body: bytes
    id: str

    @classmethod
    def of(cls, event: dict[str, Any]) -> Request:
        """Read a function URL event; Refusal where its body is not what it says."""
        call = event["requestContext"]
        return cls(
            method=call["http"]["method"].upper(),
            path=event.get("rawPath") or "/",
            body=_body(event),
            id=call["requestId"],
        )


def _body(event: dict[str, Any]) -> bytes:
    text = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(text).encode(errors="surrogatepass")
    try:
        return base64.b64decode(text)
    except ValueError as error:
        raise Refusal(400, "invalid_encoding", f"The body is marked as base64 and is not: {error}.") from None


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, always text."""

    status: int
    body: str
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    code: str = "ok"
    """The refusal's code; for the log, like `about`."""
    about: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, content: object, about: dict[str, Any] | None = None) -> Answer:
        """Answer 200 with `content` as JSON; `about` is what the log's line says beside."""
        return cls(200, json.dumps(content, ensure_ascii=False, separators=(",", ":")), about=about or {})

    @classmethod
    def refusing(cls, refusal: Refusal) -> Answer:
        """Answer with the one shape every error has: `{"code", "message"}`."""
        body = json.dumps({"code": refusal.code, "message": refusal.message})
        return cls(refusal.status, body, headers=refusal.headers, code=refusal.code)

    def for_lambda(self, method: str) -> dict[str, Any]:
        """Return what a function URL expects; HEAD gets no body."""
        return {
            "statusCode": self.status,
            "headers": {**_HEADERS, "Content-Type": self.content_type, **self.headers},
            "body": "" if method == "HEAD" else self.body,
            "isBase64Encoded": False,
        }
