"""Plays SageMaker's scikit-learn image: serves a model archive through the script that lies in it.

A process of its own (`python -P container.py --model DIR --port-file FILE`) on the standard library
alone, so that a script can import nothing here that it would not find on AWS. What it takes from the
image (aws/sagemaker-scikit-learn-container, serving.py): SAGEMAKER_PROGRAM and
SAGEMAKER_SUBMIT_DIRECTORY name the script; JSON and CSV bodies arrive as text, with U+FFFD for what
is no UTF-8, and all others as bytes; a result is (body, content type), a body, or a WSGI response
such as Flask's; whatever the script raises is a 500.
"""

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any, cast

JSON = "application/json"
TEXT_TYPES = (JSON, "text/csv")
MAX_BODY_BYTES = 100 * 1024 * 1024
"""What batch transform may send at once (MaxPayloadInMB is at most 100)."""

log = logging.getLogger("container")


@dataclass(frozen=True)
class Reply:
    """What goes back over HTTP."""

    status: int
    content_type: str
    body: bytes


class Script:
    """The functions of a model's inference script, and the model that they loaded."""

    def __init__(self, module: ModuleType, model_dir: Path) -> None:
        self._transform: Callable[..., Any] | None = getattr(module, "transform_fn", None)
        wanted = ("model_fn",) if self._transform else ("model_fn", "input_fn", "predict_fn", "output_fn")
        if missing := [name for name in wanted if not hasattr(module, name)]:
            raise AttributeError(f"{module.__name__}.py has no {', '.join(missing)}")
        self._module = module
        self._model = module.model_fn(str(model_dir))

    def answer(self, body: bytes, content_type: str, accept: str) -> Reply:
        """Run one request through the script's functions."""
        content = body.decode(errors="replace") if content_type in TEXT_TYPES else body
        if self._transform:
            return _reply(self._transform(self._model, content, content_type, accept), accept)
        data = self._module.input_fn(content, content_type)
        return _reply(self._module.output_fn(self._module.predict_fn(data, self._model), accept), accept)


def load_script(model_dir: Path) -> Script:
    """Import the script that the container's environment names, and let it load its model."""
    names = ("SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY")
    if missing := [name for name in names if not os.environ.get(name)]:
        raise LookupError(f"set {' and '.join(missing)} in the model's Environment, as the image needs them")
    folder = Path(os.environ["SAGEMAKER_SUBMIT_DIRECTORY"])
    program = os.environ["SAGEMAKER_PROGRAM"]
    if not (folder / program).is_file():
        raise FileNotFoundError(f"the model archive holds no {program} in {folder.name}/")
    sys.path.insert(0, str(folder))
    return Script(importlib.import_module(program.removesuffix(".py")), model_dir)


def _reply(result: Any, accept: str) -> Reply:
    if callable(result):
        return _wsgi(result)
    body, content_type = result if isinstance(result, tuple) else (result, accept)
    return Reply(HTTPStatus.OK, content_type, body.encode() if isinstance(body, str) else bytes(body))


def _wsgi(response: Callable[..., Iterable[bytes]]) -> Reply:
    """Flask takes any WSGI application as a view's result; this is how a script sets a status."""
    status, headers = "", dict[str, str]()

    def start(line: str, fields: list[tuple[str, str]], *_: object) -> None:
        nonlocal status
        status = line
        headers.update((name.lower(), value) for name, value in fields)

    body = b"".join(response({"REQUEST_METHOD": "POST"}, start))
    return Reply(int(status.split(maxsplit=1)[0]), headers.get("content-type", JSON), body)


class ModelServer(ThreadingHTTPServer):
    """One script behind HTTP, one thread per connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, script: Script) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.script = script


class Connection(BaseHTTPRequestHandler):
    """One kept-alive connection of the gateway."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet

    def do_GET(self) -> None:
        """The health check."""
        found = self.path == "/ping"
        self._send(Reply(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND, JSON, b""))

    def do_POST(self) -> None:
        """An invocation."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(_plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
        elif self.path != "/invocations":
            self.rfile.read(length)
            self._send(_plain(HTTPStatus.NOT_FOUND))
        else:
            self._send(self._invoke(self.rfile.read(length)))

    def _invoke(self, body: bytes) -> Reply:
        accept = self.headers.get("Accept") or JSON
        try:
            return cast(ModelServer, self.server).script.answer(
                body, self.headers.get("Content-Type") or JSON, JSON if "*/*" in accept else accept
            )
        except Exception:  # whatever a script raises is its log's business, never its caller's
            log.exception("the script failed on a request of %d bytes", len(body))
            return _plain(HTTPStatus.INTERNAL_SERVER_ERROR)

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)


def _plain(status: HTTPStatus) -> Reply:
    return Reply(status, "text/plain", status.phrase.encode())


def main() -> None:
    """Load the script, then listen, then say where."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port-file", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s - %(name)s - %(message)s", level=logging.INFO)
    server = ModelServer(load_script(arguments.model))
    log.info("serving %s", os.environ["SAGEMAKER_PROGRAM"])
    draft = arguments.port_file.with_suffix(".draft")
    draft.write_text(str(server.server_port))
    draft.replace(arguments.port_file)
    server.serve_forever()


if __name__ == "__main__":
    main()
