"""The container's server, as SageMaker's scikit-learn image behaves."""

import http.client
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from localcloud.sagemaker.container import ModelServer, Script, load_script


def script(**functions: Any) -> Script:
    """A script whose four functions echo what they get, but for the given ones."""
    module = ModuleType("inference")
    echo = {
        "model_fn": lambda folder: folder,
        "input_fn": lambda body, kind: (type(body).__name__, kind),
        "predict_fn": lambda data, model: [*data, model],
        "output_fn": lambda prediction, accept: (json.dumps([*prediction, accept]), accept),
    }
    for name, function in (echo | functions).items():
        setattr(module, name, function)
    return Script(module, Path("/opt/ml/model"))


@pytest.fixture
def serve() -> Iterator[Callable[[Script], http.client.HTTPConnection]]:
    """Starts a server and gives a connection to it."""
    servers: list[ModelServer] = []
    connections: list[http.client.HTTPConnection] = []

    def start(served: Script) -> http.client.HTTPConnection:
        server = ModelServer(served)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        connections.append(http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=5))
        return connections[-1]

    yield start
    for connection in connections:
        connection.close()
    for server in servers:
        server.shutdown()
        server.server_close()


Serve = Callable[[Script], http.client.HTTPConnection]


def post(
    connection: http.client.HTTPConnection, body: bytes = b"{}", path: str = "/invocations", **headers: str
) -> tuple[int, str, bytes]:
    """Status, content type and body of one request."""
    connection.request("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    return response.status, response.headers["Content-Type"], response.read()


@pytest.mark.parametrize(
    ("content_type", "received"),
    [("application/json", "str"), ("text/csv", "str"), ("application/jsonlines", "bytes")],
)
def test_a_script_gets_json_and_csv_as_text_and_everything_else_as_bytes(
    serve: Serve, content_type: str, received: str
) -> None:
    status, kind, body = post(serve(script()), Content_Type=content_type, Accept="text/plain")

    assert (status, kind) == (200, "text/plain")
    assert json.loads(body) == [received, content_type, "/opt/ml/model", "text/plain"]


def test_a_script_sees_undecodable_bytes_replaced_and_may_refuse_them(serve: Serve) -> None:
    def take(body: str, _kind: str) -> list[str]:
        return [body]

    status, _, body = post(serve(script(input_fn=take)), b'{"text": "\xff"}')

    assert (status, json.loads(body)[0]) == (200, '{"text": "\ufffd"}')


def test_one_connection_carries_many_requests_and_answers_ping(serve: Serve) -> None:
    connection = serve(script())

    connection.request("GET", "/ping")
    ping = connection.getresponse()
    assert (ping.status, ping.read()) == (200, b"")
    assert [post(connection)[0] for _ in range(3)] == [200, 200, 200]
    assert post(connection, path="/elsewhere")[0] == 404


def test_a_wsgi_response_keeps_its_status(serve: Serve) -> None:
    def refusal(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("400 Bad Request", [("Content-Type", "application/json")])
        return [b'{"code": "bad_request"}']

    answer = post(serve(script(output_fn=lambda _prediction, _accept: refusal)))

    assert answer == (400, "application/json", b'{"code": "bad_request"}')


def test_whatever_a_script_raises_is_a_500_without_a_trace(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("secret of the script")

    connection = serve(script(predict_fn=fail))

    assert post(connection) == (500, "text/plain", b"Internal Server Error")
    assert "secret of the script" in caplog.text


def test_transform_fn_takes_the_place_of_the_three_others(serve: Serve) -> None:
    def transform(model: str, body: str, kind: str, accept: str) -> str:
        return " ".join((model, body, kind, accept))

    _, _, body = post(serve(script(transform_fn=transform)), b"{}", Accept="*/*")

    assert body == b"/opt/ml/model {} application/json application/json"


def test_a_container_says_what_it_misses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAGEMAKER_PROGRAM", raising=False)
    monkeypatch.setenv("SAGEMAKER_SUBMIT_DIRECTORY", str(tmp_path))
    with pytest.raises(LookupError, match="set SAGEMAKER_PROGRAM in the model's Environment"):
        load_script(tmp_path)
    monkeypatch.setenv("SAGEMAKER_PROGRAM", "inference.py")
    with pytest.raises(FileNotFoundError, match=r"the model archive holds no inference\.py"):
        load_script(tmp_path)
    with pytest.raises(AttributeError, match=r"inference\.py has no predict_fn, output_fn"):
        Script(_partial("model_fn", "input_fn"), tmp_path)


def _partial(*names: str) -> ModuleType:
    module = ModuleType("inference")
    for name in names:
        setattr(module, name, print)
    return module
