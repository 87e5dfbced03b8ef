"""One kept-alive connection to SageMaker's runtime, signed with the function's own credentials."""

from __future__ import annotations

import os
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, urlsplit

from marquee.serving.sigv4 import Call, Credentials, Signer

# SageMaker cuts a request off after 60 s; the function URL's caller is told before that.
_TIMEOUT_SECONDS = 25
_STALE = (ConnectionResetError, BrokenPipeError)  # RemoteDisconnected is a ConnectionResetError


class Unreachable(Exception):
    """Nobody answered at the endpoint's address, or not in time."""


@dataclass(frozen=True)
class Reply:
    """What came back, whatever its status; `variant` is the endpoint's variant that answered."""

    status: int
    error_type: str
    body: bytes
    variant: str


def runtime_url() -> str:
    """Return the address of SageMaker's runtime, with botocore's rules for replacing it.

    They are in the AWS SDKs reference guide, "Service-specific endpoints".
    """
    region = os.environ["AWS_REGION"]
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    address = f"https://runtime.sagemaker.{region}.{suffix}"
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return address
    specific = os.environ.get("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME")
    return specific or os.environ.get("AWS_ENDPOINT_URL") or address


def environment_credentials() -> Credentials:
    """Return the credentials of the function's role, as Lambda hands them over."""
    return Credentials(
        os.environ["AWS_ACCESS_KEY_ID"],
        os.environ["AWS_SECRET_ACCESS_KEY"],
        os.environ.get("AWS_SESSION_TOKEN", ""),
    )


class Connection:
    """Sends signed POSTs to one address and keeps the connection between them."""

    def __init__(self, url: str, region: str) -> None:
        self._url = urlsplit(url)
        self._signer = Signer("sagemaker", region)
        self._open: HTTPConnection | None = None

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        """Send one signed request; Unreachable if nobody answers."""
        call = Call("POST", _host(self._url), self._url.path.rstrip("/") + path, headers, body)
        try:
            return self._sent(call)
        except (OSError, HTTPException) as error:
            self.close()
            message = (
                f"{self._url.scheme}://{self._url.netloc} does not answer: {error or type(error).__name__}"
            )
            raise Unreachable(message) from error

    def _sent(self, call: Call) -> Reply:
        reused = self._open is not None
        try:
            return self._exchange(call)
        except _STALE:
            # The other side closes an idle connection, and Lambda freezes between two requests.
            self.close()
            if not reused:
                raise
            return self._exchange(call)

    def _exchange(self, call: Call) -> Reply:
        if self._open is None:
            self._open = _connect(self._url)
        headers = self._signer.sign(call, environment_credentials(), time.time())
        self._open.request(call.method, call.path, call.body, headers)
        response = self._open.getresponse()
        variant = response.getheader("x-amzn-invoked-production-variant", "unknown")
        return Reply(response.status, _error_type(response), response.read(), variant)

    def close(self) -> None:
        """End the connection; the next call opens another."""
        if self._open is not None:
            self._open.close()
            self._open = None


def _connect(url: SplitResult) -> HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "http":
        return HTTPConnection(host, url.port, timeout=_TIMEOUT_SECONDS)
    trusted = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
    return HTTPSConnection(host, url.port, timeout=_TIMEOUT_SECONDS, context=trusted)


def _host(url: SplitResult) -> str:
    standard = {"http": 80, "https": 443}[url.scheme]
    name = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname or ""
    return name if url.port in (None, standard) else f"{name}:{url.port}"


def _error_type(response: HTTPResponse) -> str:
    # "ModelError:http://internal.amazon.com/..." carries more than the name.
    return response.getheader("x-amzn-errortype", "").split(":")[0]
