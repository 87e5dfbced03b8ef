"""Calls to the function URL, signed with the caller's credentials."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

from cli.errors import CommandError
from marquee.ledger import Stage
from marquee.serving.sigv4 import Call, Credentials, Signer

if TYPE_CHECKING:
    from cli.account import Account

_TIMEOUT_SECONDS = 65
_BUSY = 503
_PATIENCE_SECONDS = 60
_NEWEST = 200


@dataclass(frozen=True)
class Answer:
    """What the address answered; `retry_after` in seconds, 0 if it named none."""

    status: int
    body: dict[str, Any]
    retry_after: int = 0


def predict(account: Account, texts: list[str], explain: bool = False) -> dict[str, Any]:
    """Ask the address about texts; waits a minute at most for an endpoint that is starting."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    reviews = [{"id": str(number), "text": text} for number, text in enumerate(texts, start=1)]
    question = {"reviews": reviews, **({"explain": True} if explain else {})}
    answer = _post(account, "predict", question)
    waiting = answer.status == _BUSY and answer.retry_after > 0 and _comes_soon(account)
    while waiting and answer.status == _BUSY and time.monotonic() < deadline:
        time.sleep(min(answer.retry_after, 5))
        answer = _post(account, "predict", question)
    if answer.status >= 400:
        raise CommandError(*_refusal(answer))
    return answer.body


def _comes_soon(account: Account) -> bool:
    """Whether an endpoint is up or on its way; without one a minute of waiting would be for nothing."""
    stages = {run.stage for run in account.ledger().runs(_NEWEST)}
    return bool(stages & {Stage.RELEASING, Stage.LIVE})


def _refusal(answer: Answer) -> tuple[str, str]:
    said = answer.body.get("message") or answer.body.get("Message") or "it gave no reason"
    if answer.status == _BUSY:
        return (
            f"No prediction: {said}",
            "`marquee runs` shows what is under way; `marquee upload FILE --wait` trains a model.",
        )
    return f"The address refused ({answer.status}): {said}", "Correct the text and ask again."


def _post(account: Account, path: str, content: object) -> Answer:
    url = urljoin(account.address, path)
    body = json.dumps(content).encode()
    request = Request(url, body, _signed(account, url, body), method="POST")  # noqa: S310 - the stack's own URL
    try:
        with urlopen(request, timeout=_TIMEOUT_SECONDS) as response:  # noqa: S310
            return Answer(response.status, json.loads(response.read()))
    except HTTPError as error:
        with error:
            wait = error.headers.get("Retry-After", "")
            return Answer(error.code, _object(error.read()), int(wait) if wait.isdigit() else 0)
    except (OSError, HTTPException) as error:  # urllib wraps what breaks while it asks, not afterwards
        raise CommandError(f"{url} does not answer: {error}.", "`marquee up` starts it.") from error


def _signed(account: Account, url: str, body: bytes) -> dict[str, str]:
    """Headers with a signature: a function URL with AuthType AWS_IAM wants it, one with NONE ignores it."""
    found = account.session.get_credentials()
    if found is None:
        raise CommandError("There are no AWS credentials to sign the request with.", "Run `aws configure`.")
    keys = found.get_frozen_credentials()
    parts = urlsplit(url)
    call = Call("POST", parts.netloc, parts.path, {"Content-Type": "application/json"}, body)
    credentials = Credentials(keys.access_key or "", keys.secret_key or "", keys.token or "")
    return Signer("lambda", account.session.region_name).sign(call, credentials, time.time())


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {"message": body.decode(errors="replace").strip()[:300]}
    return content if isinstance(content, dict) else {"message": str(content)}
