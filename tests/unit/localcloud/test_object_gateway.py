"""The object gateway, as Java's WebHDFS client speaks to it."""

import http.client
import json
from contextlib import closing
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

from localcloud.glue.bucket_files import BucketFiles, Status
from localcloud.glue.gateway import gateway

NAMES = ("Кино.csv", "été à 映画.csv", "half 100%.csv", "\u0085\u00a0.csv")


def test_names_in_bare_utf_8_are_found() -> None:
    # given a bucket that holds whatever is asked for
    asked: list[str] = []

    def status(path: str) -> Status:
        asked.append(path)
        return Status(path.rpartition("/")[2], folder=False, size=7)

    files = cast(BucketFiles, SimpleNamespace(status=status))
    with gateway(files) as address:
        url = urlsplit(address)
        # when Java asks: it escapes what it must, and leaves all beyond ASCII as it is
        for name in NAMES:
            escaped = name.replace("%", "%25").replace(" ", "%20")
            found = _asked(url.port or 0, f"/webhdfs/v1{url.path}/raw/{escaped}?op=GETFILESTATUS")
            assert found["FileStatus"]["length"] == 7
    # then the files of these very names are looked for
    assert asked == [f"/raw/{name}" for name in NAMES]


class _Java(http.client.HTTPConnection):
    """Sends a path as it is, in UTF-8."""

    def _encode_request(self, request: str) -> bytes:
        return request.encode()

    def _validate_path(self, _path: str) -> None:
        return


def _asked(port: int, path: str) -> Any:
    with closing(_Java("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read())
