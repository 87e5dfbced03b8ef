"""What stands before MiniStack's HTTP interface: proof of identity, controls, and a guard against web pages.

The cloud runs code for whoever may call it, and a browser on the same machine will call it for any web
page. So a request that a page of another origin makes is refused, whatever CORS says.
"""

import asyncio
import hmac
import json
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from localcloud.record import CannotStart

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

IDENTITY_PATH = "/_localcloud/identity"
CONTROL_PATH = "/_localcloud/control/"
KEY_HEADER = "x-localcloud-key"

Control = Callable[[object], object]
"""Answers JSON with JSON, for who holds the cloud's key; None asks without changing anything. Blocks freely;
ValueError for what cannot be done."""

_CLOSED_PATHS = ("/_ministack/reset", "/_ministack/config")
"""They would change this cloud behind the back of what is plugged into it."""
_LOOPBACK = ("127.0.0.1", "localhost")


def listen(port: int) -> socket.socket:
    """A socket on the port of this machine's own address; CannotStart when it is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        hint = "Choose another with --port, or stop what uses it."
        raise CannotStart(f"Port {port} of 127.0.0.1 is taken by another program. {hint}") from error
    listener.listen(256)
    return listener


class Gateway:
    """The ASGI application of the cloud."""

    def __init__(
        self,
        application: Application,
        identity: Mapping[str, object],
        controls: Mapping[str, Control],
        key: str,
    ) -> None:
        self._application, self._identity = application, identity
        self._controls, self._key = controls, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "http" and scope["path"] == IDENTITY_PATH:
            await _answer(send, 200, self._identity)
        elif scope["type"] != "lifespan" and (refusal := _refusal(scope)):
            await _answer(send, 403, {"code": "Forbidden", "message": refusal})
        elif scope["type"] == "http" and scope["path"].startswith(CONTROL_PATH):
            await _answer(send, *await self._control(scope, receive))
        else:
            await self._application(scope, receive, send)

    async def _control(self, scope: Scope, receive: Receive) -> tuple[int, object]:
        """Status and JSON of one control."""
        if not hmac.compare_digest(dict(scope["headers"]).get(KEY_HEADER.encode(), b""), self._key.encode()):
            return 403, {"code": "Forbidden", "message": "Only who can read the cloud's record may do this."}
        control = self._controls.get(scope["path"].removeprefix(CONTROL_PATH))
        if control is None:
            return 404, {"code": "NotFound", "message": f"This cloud has no control {scope['path']}."}
        try:
            body = await _body(receive)
            return 200, await asyncio.to_thread(control, json.loads(body) if body else None)
        except ValueError as error:
            return 400, {"code": "Refused", "message": str(error)}


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def _refusal(scope: Scope) -> str:
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["path"] in _CLOSED_PATHS:
        return f"{scope['path']} is closed here: stop the cloud and start it again for a clean one."
    origin = headers.get(b"origin")
    if origin and not (_is_loopback(origin) and urlsplit(origin).netloc == headers.get(b"host")):
        return f"Web pages of {origin} may not use this local cloud."
    return ""


def _is_loopback(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    return host in _LOOPBACK or host.endswith(".localhost")


async def _answer(send: Send, status: int, body: object) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
