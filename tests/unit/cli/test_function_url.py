"""Asking the function URL: signed, patient with a starting endpoint, plain about refusals."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from cli.account import Account
from cli.errors import CommandError
from cli.function_url import predict
from marquee.ledger import Stage

Deploy = Callable[[dict[str, str]], Account]


class Address(ThreadingHTTPServer):
    """Answers what the test prepared, in that order, and remembers the requests."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        self.requests: list[tuple[str, dict[str, str], Any]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Address

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), json.loads(body)))
        status, headers, content = self.server.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class Newest:
    """A ledger whose only run is at a stage."""

    def __init__(self, stage: Stage) -> None:
        self._run = SimpleNamespace(stage=stage)

    def runs(self, _: int) -> list[SimpleNamespace]:
        return [self._run]


@pytest.fixture
def address() -> Iterator[Address]:
    server = Address()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def url(address: Address) -> dict[str, str]:
    return {"FunctionUrl": f"http://127.0.0.1:{address.server_port}/base/"}


def test_texts_are_asked_in_one_signed_request(address: Address, deploy: Deploy) -> None:
    address.answers = [(200, {}, b'{"predictions": []}')]

    assert predict(deploy(url(address)), ["One", "Two"]) == {"predictions": []}

    path, headers, body = address.requests[0]
    assert path == "/base/predict"
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIATEST/")
    assert body == {"reviews": [{"id": "1", "text": "One"}, {"id": "2", "text": "Two"}]}


def test_an_explanation_is_asked_for_only_if_wanted(address: Address, deploy: Deploy) -> None:
    address.answers = [(200, {}, b'{"predictions": []}')]

    predict(deploy(url(address)), ["One"], explain=True)

    assert address.requests[0][2] == {"reviews": [{"id": "1", "text": "One"}], "explain": True}


STARTING = (503, {"Retry-After": "1"}, b'{"code": "starting", "message": "no model is live"}')


@pytest.mark.parametrize("stage", [Stage.RELEASING, Stage.LIVE])
def test_a_starting_endpoint_is_waited_for(
    address: Address, deploy: Deploy, monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    monkeypatch.setattr(Account, "ledger", lambda _: Newest(stage))
    address.answers = [STARTING, (200, {}, b'{"predictions": [1]}')]

    assert predict(deploy(url(address)), ["One"]) == {"predictions": [1]}


def test_an_endpoint_that_nothing_brings_up_is_not_waited_for(
    address: Address, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Account, "ledger", lambda _: Newest(Stage.FAILED))
    address.answers = [STARTING, (200, {}, b'{"predictions": [1]}')]

    with pytest.raises(CommandError, match="no model is live"):
        predict(deploy(url(address)), ["One"])


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, b'{"code": "empty_text", "message": "review 1 is empty"}', "review 1 is empty"),
        (503, b'{"code": "no_model", "message": "no model is live yet"}', "no model is live yet"),
        (403, b'{"Message": "Forbidden"}', "Forbidden"),
        (502, b"<html>Bad Gateway</html>", "Bad Gateway"),
        (500, b"[1]", r"\[1\]"),
    ],
)
def test_a_refusal_says_why(address: Address, deploy: Deploy, status: int, body: bytes, said: str) -> None:
    address.answers = [(status, {}, body)]

    with pytest.raises(CommandError, match=said):
        predict(deploy(url(address)), ["One"])


def test_an_address_that_does_not_answer_is_told(deploy: Deploy) -> None:
    with pytest.raises(CommandError, match="does not answer"):
        predict(deploy({"FunctionUrl": "http://127.0.0.1:9/"}), ["One"])


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf"], ids=["none", "half"]
)
def test_an_address_that_hangs_up_is_told(deploy: Deploy, answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=hang_up)
        thread.start()

        with pytest.raises(CommandError, match="does not answer"):
            predict(deploy({"FunctionUrl": f"http://127.0.0.1:{listener.getsockname()[1]}/"}), ["One"])

        thread.join()
