"""A SageMaker runtime on a free port that answers as a test tells it, and calls through golden events."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from functions.predict import app

EVENTS = Path(__file__).parents[3] / "events"
Call = Callable[..., dict[str, Any]]


@dataclass
class Runtime:
    """What the endpoint answers, and what it was asked."""

    status: int = 200
    error_type: str = ""
    content: Any = None
    closes: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    connections: set[int] = field(default_factory=set)
    url: str = ""

    def answer(self, asked: dict[str, Any]) -> bytes:
        content = self.content if self.content is not None else predictions(asked)
        return content if isinstance(content, bytes) else json.dumps(content).encode()


def predictions(asked: dict[str, Any]) -> dict[str, Any]:
    """Judge by the word `bad`: enough of a model to see which review an answer belongs to."""
    return {
        "model": {"version": "3", "run_id": "reviews-0f1e2d3c4b", "algorithm": "ngram"},
        "predictions": [
            {"id": review["id"], **_judged("negative" if "bad" in review["text"] else "positive")}
            for review in asked["reviews"]
        ],
    }


def _judged(label: str) -> dict[str, Any]:
    scores = {name: 0.9 if name == label else 0.1 for name in ("negative", "positive")}
    return {"label": label, "confidence": 0.9, "scores": scores}


def _handler(runtime: Runtime) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            runtime.asked.append(asked)
            runtime.paths.append(self.path)
            runtime.headers.append(dict(self.headers))
            runtime.connections.add(self.client_address[1])
            body = runtime.answer(asked)
            self.send_response(runtime.status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("x-Amzn-Invoked-Production-Variant", "challenger")
            if runtime.error_type:
                self.send_header("x-amzn-ErrorType", runtime.error_type)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = runtime.closes

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    runtime = Runtime()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(runtime))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    runtime.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", runtime.url)
    yield runtime
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "ENDPOINT_NAME": "marquee-test",
        "LEDGER_TABLE": "marquee-test-ledger",
    }.items():
        monkeypatch.setenv(name, value)
    app._endpoint.cache_clear()
    yield
    if app._endpoint.cache_info().currsize:
        app._endpoint()._connection.close()
    app._endpoint.cache_clear()


def golden(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"function_url_{name}.json").read_text())
    return event


@pytest.fixture
def call() -> Call:
    """Call the function as its URL would; the JSON answer lies under `json`."""

    def send(method: str, path: str, body: object = None, **changes: object) -> dict[str, Any]:
        event = golden("predict_text") | changes
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        event["requestContext"]["http"]["method"] = method
        event["body"] = body if isinstance(body, str) else json.dumps(body)
        return answer_of(event)

    return send


def answer_of(event: dict[str, Any]) -> dict[str, Any]:
    answer = app.handler(event, None)
    if answer["headers"]["Content-Type"] == "application/json" and answer["body"]:
        answer["json"] = json.loads(answer["body"])
    return answer
