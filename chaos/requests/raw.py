"""Requests that no generator of valid HTTP makes: every one has to be answered, and none with a 5xx."""

import json
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

_SECONDS = 30
_JSON = "Content-Type: application/json\r\n"


@dataclass(frozen=True)
class Abuse:
    """One request: its line, its headers and its body; `statuses` are the answers that are right."""

    title: str
    method: str
    path: str
    headers: str
    body: bytes
    statuses: tuple[int, ...]


def _predict(title: str, body: bytes, statuses: tuple[int, ...], headers: str = _JSON) -> Abuse:
    return Abuse(title, "POST", "predict", headers, body, statuses)


def _reviews(number: int) -> bytes:
    return json.dumps({"reviews": [{"text": "a film"}] * number}).encode()


_FINE = b'{"text": "a film"}'
ABUSES = (
    _predict("four megabytes", b'{"text": "' + b"a" * 4_000_000 + b'"}', (413,)),
    _predict("five thousand reviews", _reviews(5_000), (422,)),
    _predict("a hundred and one reviews", _reviews(101), (422,)),
    _predict("a hundred reviews", _reviews(100), (200,)),
    _predict("no body", b"", (400,)),
    _predict("NUL bytes", bytes(100), (400,)),
    # MiniStack hands JSON over as text, its undecodable bytes replaced; in base64 it is refused.
    _predict("invalid UTF-8", b'{"text": "caf\xe9"}', (200, 400)),
    _predict("UTF-16", '{"text": "a"}'.encode("utf-16"), (400,)),
    _predict("escaped control characters", b'{"text": "a\\u0000\\u001b[31mb"}', (200,)),
    _predict("half a character", b'{"text": "a\\ud800"}', (422,)),
    _predict("a hundred thousand brackets", b"[" * 100_000, (400,)),
    _predict("a number of 5,000 digits", b'{"text": ' + b"9" * 5_000 + b"}", (400, 422)),
    _predict("NaN", b'{"text": NaN}', (400, 422)),
    _predict("a formula", b'{"text": "=1+1", "__proto__": {}}', (422,)),
    _predict("no content type", _FINE, (200,), ""),
    _predict("a form", _FINE, (200, 415), "Content-Type: application/x-www-form-urlencoded\r\n"),
    _predict("multipart without parts", _FINE, (200, 400, 415), "Content-Type: multipart/form-data\r\n"),
    _predict("gzip by its header", _FINE, (200, 400, 415), _JSON + "Content-Encoding: gzip\r\n"),
    _predict("a long header", _FINE, (200, 400, 413, 431), f"{_JSON}X-Long: {'a' * 60_000}\r\n"),
    _predict("hundreds of headers", _FINE, (200, 400, 431), _JSON + "X-A: b\r\n" * 80),
    _predict("another's request id", _FINE, (200,), _JSON + "X-Amzn-RequestId: ../../etc\r\n"),
    Abuse("an unknown method", "BREW", "predict", "", b"", (400, 405, 501)),
    Abuse("TRACE", "TRACE", "predict", "", b"", (400, 405, 501)),
    Abuse("a query", "GET", "health?a=%00&a=%ff&__class__=x", "", b"", (200,)),
    Abuse("up and away", "GET", "../../../../etc/passwd", "", b"", (400, 403, 404)),
    Abuse("up and away, encoded", "GET", "%2e%2e/%2e%2e/etc/passwd", "", b"", (400, 403, 404)),
    Abuse("a run called NUL", "GET", "runs/%00", "", b"", (400, 404)),
    Abuse("a run's name of 4,000 characters", "GET", f"runs/{'a' * 4_000}", "", b"", (400, 404, 414)),
    Abuse("a run's name that is markup", "GET", "runs/%3Cscript%3E", "", b"", (404,)),
    Abuse("line ends in a path", "GET", "runs/%0d%0aSet-Cookie:%20a=b", "", b"", (400, 404)),
)


def wrong(address: str, abuse: Abuse) -> str:
    """Send one request; say what is wrong with its answer, "" if nothing is."""
    try:
        status, answer = _exchanged(address, abuse)
    except OSError as error:
        return f"{abuse.title}: no answer ({error})"
    if status not in abuse.statuses:
        return f"{abuse.title}: answered {status}, not {' or '.join(map(str, abuse.statuses))}"
    head = answer.partition(b"\r\n\r\n")[0].lower()
    if b"traceback" in answer.lower() or b"set-cookie: a=b" in head.split(b"\r\n"):
        return f"{abuse.title}: the answer holds a stack trace or a header of the caller's"
    return ""


def _exchanged(address: str, abuse: Abuse) -> tuple[int, bytes]:
    url = urlsplit(address)
    head = f"{abuse.method} {url.path}{abuse.path} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n"
    length = f"Content-Length: {len(abuse.body)}\r\n\r\n"
    with socket.create_connection((url.hostname or "", url.port or 80), _SECONDS) as connection:
        connection.sendall((head + abuse.headers + length).encode() + abuse.body)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return int(answer.split(b" ", 2)[1]) if answer else 0, answer
