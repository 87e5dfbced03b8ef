import asyncio
import json
from typing import Any

import pytest

from localcloud.gateway import IDENTITY_PATH, Gateway, Receive, Scope, Send


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def ask(path: str, **headers: str) -> tuple[int, dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    raw = [(name.encode(), value.encode()) for name, value in {"host": "127.0.0.1:4566", **headers}.items()]
    scope = {"type": "http", "path": path, "headers": raw}
    asyncio.run(Gateway(behind, {"token": "t"}, {}, "key")(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"] or b"{}")


def test_it_proves_who_it_is() -> None:
    assert ask(IDENTITY_PATH) == (200, {"token": "t"})


@pytest.mark.parametrize("origin", ["http://127.0.0.1:4566", None])
def test_tools_and_its_own_pages_pass(origin: str | None) -> None:
    assert ask("/", **({"origin": origin} if origin else {}))[0] == 204


def test_a_page_of_a_function_url_passes() -> None:
    host = "abc.lambda-url.us-east-1.localhost:4566"

    assert ask("/predict", host=host, origin=f"http://{host}")[0] == 204


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:3000", "null"])
def test_pages_of_others_do_not(origin: str) -> None:
    status, answer = ask("/", origin=origin)

    assert status == 403
    assert origin in answer["message"]


def test_a_name_that_was_rebound_to_this_machine_does_not_help() -> None:
    assert ask("/", host="evil.example:4566", origin="http://evil.example:4566")[0] == 403


@pytest.mark.parametrize("path", ["/_ministack/reset", "/_ministack/config"])
def test_nobody_changes_ministack_behind_our_back(path: str) -> None:
    assert ask(path)[0] == 403


def test_the_start_and_the_end_of_the_server_pass() -> None:
    seen: list[Scope] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def nothing(*_: Any) -> Any:
        return None

    asyncio.run(Gateway(application, {}, {}, "key")({"type": "lifespan"}, nothing, nothing))

    assert seen == [{"type": "lifespan"}]
