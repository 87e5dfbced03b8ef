"""AWS Signature Version 4, for the one call that a prediction makes.

After "Create a signed AWS API request" in the IAM user guide. botocore's signer needs botocore's
session, and that costs more import time than everything else in the predict function together.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Credentials:
    """What a Lambda function finds in its environment; the token is empty for long-lived keys."""

    access_key: str
    secret_key: str
    token: str = ""


@dataclass(frozen=True)
class Call:
    """An HTTP request to sign; `path` as it goes over the wire, no query."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Signer:
    """Signs calls to one service in one region."""

    service: str
    region: str

    def sign(self, call: Call, credentials: Credentials, at: float) -> dict[str, str]:
        """Return the headers to send with the call; `at` in seconds since the epoch."""
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
        headers = {**call.headers, "Host": call.host, "X-Amz-Date": moment}
        if credentials.token:
            headers["X-Amz-Security-Token"] = credentials.token
        names = ";".join(sorted(name.lower() for name in headers))
        scope = f"{moment[:8]}/{self.region}/{self.service}/aws4_request"
        digest = hashlib.sha256(_canonical(call, headers, names).encode()).hexdigest()
        signature = self._signature(credentials, f"{_ALGORITHM}\n{moment}\n{scope}\n{digest}", moment[:8])
        credential = f"Credential={credentials.access_key}/{scope}"
        authorization = f"{_ALGORITHM} {credential}, SignedHeaders={names}, Signature={signature}"
        return {**headers, "Authorization": authorization}

    def _signature(self, credentials: Credentials, text: str, day: str) -> str:
        key = f"AWS4{credentials.secret_key}".encode()
        for part in (day, self.region, self.service, "aws4_request"):
            key = _hmac(key, part)
        return _hmac(key, text).hex()


def _canonical(call: Call, headers: dict[str, str], names: str) -> str:
    lines = sorted(f"{name.lower()}:{' '.join(value.split())}" for name, value in headers.items())
    digest = hashlib.sha256(call.body).hexdigest()
    return "\n".join([call.method, quote(call.path, safe="/-_.~"), "", *lines, "", names, digest])


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
