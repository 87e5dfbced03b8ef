"""WebHDFS over the buckets a job may see: how Hadoop's file systems reach the S3 of this cloud.

https://hadoop.apache.org/docs/r3.3.4/hadoop-project-dist/hadoop-hdfs/WebHDFS.html. One gateway serves
one job run, under its role, on a port of this machine; its paths begin with a secret of the run.
"""

import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.exceptions import ClientError

from localcloud.glue.bucket_files import BucketFiles, Status

_HOME = "/user/glue"
_NOT_FOUND = ("FileNotFoundException", "java.io.FileNotFoundException")
_FORBIDDEN = ("AccessControlException", "org.apache.hadoop.security.AccessControlException")
_FAILED = ("IOException", "java.io.IOException")
_UNSUPPORTED = ("UnsupportedOperationException", "java.lang.UnsupportedOperationException")
_BLOCK = 64 << 20
"""Spark splits what can be split at block borders; S3 has none."""


@contextmanager
def gateway(files: BucketFiles) -> Iterator[str]:
    """Serve the files while the block runs; gives the URL whose folders are the buckets."""
    secret = secrets.token_urlsafe(16)
    server = _Server(files, f"/webhdfs/v1/{secret}")
    thread = threading.Thread(target=server.serve_forever, name="object gateway", daemon=True)
    thread.start()
    try:
        yield f"webhdfs://127.0.0.1:{server.server_port}/{secret}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, files: BucketFiles, root: str) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.files, self.root = files, root


class _Exchange(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    raw_requestline: bytes

    def log_message(self, *_: object) -> None:
        """Say nothing: the job's own log tells what it reads and writes."""

    def parse_request(self) -> bool:
        """Read the request's head, whose path may be bare UTF-8, as Java's client sends it."""
        # http.server splits it as Latin-1, where two bytes of many characters, 0x85 and 0xA0, are blanks.
        self.raw_requestline = b"".join(
            b"%%%02X" % byte if byte >= 0x80 else bytes((byte,)) for byte in self.raw_requestline
        )
        return super().parse_request()

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        path = unquote(parts.path)
        operation = getattr(self, f"_{query.get('op', '').lower()}", None)
        try:
            if query.get("op") == "GETHOMEDIRECTORY":
                self._send(200, {"Path": _HOME})
            elif not path.startswith(f"{self.server.root}/"):
                self._refuse(403, _FORBIDDEN, "This gateway serves another job run.")
            elif operation is None:
                self._refuse(400, _UNSUPPORTED, f"The object gateway has no {query.get('op')}.")
            else:
                operation(path.removeprefix(self.server.root).rstrip("/"), query)
        except ClientError as error:
            denied = error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
            self._refuse(403 if denied else 500, _FORBIDDEN if denied else _FAILED, f"{path}: {error}")
        except BrokenPipeError:
            self.close_connection = True  # the reader has seen enough

    def _getfilestatus(self, path: str, _query: Mapping[str, str]) -> None:
        if status := self._existing(path):
            self._send(200, {"FileStatus": {**_described(status), "pathSuffix": ""}})

    def _liststatus(self, path: str, _query: Mapping[str, str]) -> None:
        if status := self._existing(path):
            alone = {**_described(status), "pathSuffix": ""}
            children = (
                [_described(child) for child in self.server.files.children(path)]
                if status.folder
                else [alone]
            )
            self._send(200, {"FileStatuses": {"FileStatus": children}})

    def _get_block_locations(self, path: str, _query: Mapping[str, str]) -> None:
        if status := self._existing(path):
            located = {"fileLength": status.size, "isUnderConstruction": False, "locatedBlocks": []}
            self._send(
                200, {"LocatedBlocks": {**located, "lastLocatedBlock": None, "isLastBlockComplete": True}}
            )

    def _open(self, path: str, query: Mapping[str, str]) -> None:
        status = self._existing(path)
        if status is None:
            return
        offset = int(query.get("offset", 0))
        length = min(int(query.get("length", status.size)), status.size - offset)
        # Asked for before the status line leaves: a refusal has no place in the middle of a body.
        pieces = self.server.files.read(path, offset, length) if length > 0 else iter(())
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(max(0, length)))
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)

    def _create(self, path: str, query: Mapping[str, str]) -> None:
        if "data" not in query:
            # A name node sends the writer on to a data node: here it is the same one.
            host = f"127.0.0.1:{self.server.server_port}"
            self._send(307, None, {"Location": f"http://{host}{self.path}&data=true"})
            return
        with self.server.files.create(path) as stream:
            for piece in self._body():
                stream.write(piece)
        self._send(201)

    def _mkdirs(self, path: str, _query: Mapping[str, str]) -> None:
        self.server.files.make_folder(path)
        self._send(200, {"boolean": True})

    def _rename(self, path: str, query: Mapping[str, str]) -> None:
        target = f"/webhdfs/v1{query['destination']}".removeprefix(self.server.root).rstrip("/")
        self._send(200, {"boolean": self.server.files.rename(path, target)})

    def _delete(self, path: str, _query: Mapping[str, str]) -> None:
        self._send(200, {"boolean": self.server.files.delete(path)})

    def _setpermission(self, _path: str, _query: Mapping[str, str]) -> None:
        self._send(200)  # S3 has policies, no modes

    def _existing(self, path: str) -> Status | None:
        status = self.server.files.status(path)
        if status is None:
            self._refuse(404, _NOT_FOUND, f"s3:/{path} does not exist")
        return status

    def _body(self) -> Iterator[bytes]:
        """What the writer sends, in chunks as Java does, or all at once."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            yield self.rfile.read(int(self.headers.get("Content-Length", 0)))
            return
        stream = self.rfile
        while size := int(stream.readline().split(b";")[0], 16):
            yield stream.read(size)
            stream.readline()
        stream.readline()

    def _refuse(self, status: int, exception: tuple[str, str], message: str) -> None:
        name, java = exception
        self._send(
            status, {"RemoteException": {"exception": name, "javaClassName": java, "message": message}}
        )

    def _send(self, status: int, document: object = None, headers: Mapping[str, str] = {}) -> None:
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _described(status: Status) -> dict[str, object]:
    return {
        "pathSuffix": status.name,
        "type": "DIRECTORY" if status.folder else "FILE",
        "length": status.size,
        "modificationTime": status.modified,
        "accessTime": 0,
        "blockSize": _BLOCK,
        "replication": 1,
        "permission": "755",
        "owner": "glue",
        "group": "glue",
        "fileId": 0,
        "childrenNum": 0,
        "storagePolicy": 0,
    }
