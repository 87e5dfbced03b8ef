"""A deployment's own journey: CloudFormation has the code of the jobs published."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from chaos.permissions.traveller import Traveller, WentWrong


def code_published(traveller: Traveller) -> None:
    """CloudFormation asks for the code, and waits at an address for the answer."""
    with _answers() as (url, heard):
        event = {
            "RequestType": "Create",
            "ResponseURL": url,
            "StackId": traveller.name,
            "RequestId": traveller.name,
            "LogicalResourceId": "PublishedCode",
            "ResourceProperties": {"Bucket": traveller.stage.account.outputs["ModelBucketName"]},
        }
        traveller.invoke("publish-code", event)
        if not heard or heard[-1]["Status"] != "SUCCESS":
            raise WentWrong(f"publish_code answered CloudFormation {heard[-1:] or 'nothing'}")


@contextmanager
def _answers() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address that takes answers, and the answers it took."""
    heard: list[dict[str, Any]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", heard
        server.shutdown()
