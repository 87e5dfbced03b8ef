"""The signer signs exactly as botocore does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import botocore.auth
import botocore.compat
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials

from marquee.serving.sigv4 import Call, Credentials, Signer

AT = 1795369741.0
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


def by_botocore(url: str, body: bytes, headers: dict[str, str], token: str | None) -> dict[str, Any]:
    request = AWSRequest("POST", url, headers=headers, data=body)
    signer = botocore.auth.SigV4Auth(BotocoreCredentials("AKID", "secret", token), "sagemaker", "eu-west-1")
    moment = datetime.fromtimestamp(AT, UTC)
    with patch.object(botocore.auth, "get_current_datetime", return_value=moment):
        signer.add_auth(request)
    return dict(request.headers)


@pytest.mark.parametrize("token", [None, "FwoGZXIvYXdzE/token+with=signs"])
@pytest.mark.parametrize("body", [b"", b'{"reviews":[]}', "schön 🎬".encode()])
@pytest.mark.parametrize(
    "url",
    [
        "https://runtime.sagemaker.eu-west-1.amazonaws.com/endpoints/marquee-dev/invocations",
        "http://127.0.0.1:4566/base/endpoints/m_1~x/invocations",
        "https://host.example/endpoints/a%20b/invocations",
    ],
)
@pytest.mark.parametrize("extra", [{}, {"X-Amzn-SageMaker-Target-Variant": "  one   two "}])
def test_the_signature_is_botocores(url: str, body: bytes, token: str | None, extra: dict[str, str]) -> None:
    address = urlsplit(url)
    headers = {**HEADERS, **extra}
    call = Call("POST", address.netloc, address.path, headers, body)

    signed = Signer("sagemaker", "eu-west-1").sign(call, Credentials("AKID", "secret", token or ""), AT)

    expected = by_botocore(url, body, headers, token)
    assert signed["Authorization"] == expected["Authorization"]
    assert signed["X-Amz-Date"] == expected["X-Amz-Date"]
    assert signed.get("X-Amz-Security-Token") == expected.get("X-Amz-Security-Token")
