import asyncio
import json
from typing import Any

import pytest

from localcloud.gateway import CONTROL_PATH, IDENTITY_PATH, KEY_HEADER, Gateway, Receive, Scope, Send


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def ask(path: str, **headers: str) -> tuple[int, dict[str, Any]]:
    return post(path, b"", **headers)


def post(path: str, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    raw = [(name.encode(), value.encode()) for name, value in {"host": "127.0.0.1:4566", **headers}.items()]
    scope = {"type": "http", "path": path, "headers": raw}
    asyncio.run(Gateway(behind, {"token": "t"}, {"faults": controlled}, "key")(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"] or b"{}")


def test_it_proves_who_it_is() -> None:
    assert ask(IDENTITY_PATH) == (200, {"token": "t"})


def controlled(document: object) -> object:
    if document == "no":
        raise ValueError("That is out of the question.")
    return {"got": document}


@pytest.mark.parametrize(
    ("name", "key", "body", "expected"),
    [
        ("faults", "key", b"", (200, {"got": None})),
        ("faults", "key", b'{"a": 1}', (200, {"got": {"a": 1}})),
        ("faults", "key", b'"no"', (400, "That is out of the question.")),
        ("faults", "key", b"{", (400, "Expecting property name")),
        ("faults", "wrong", b'{"a": 1}', (403, "Only who can read the cloud's record may do this.")),
        ("faults", "", b"", (403, "Only who can read the cloud's record may do this.")),
        ("others", "key", b"", (404, "This cloud has no control")),
    ],
)
def test_the_controls_are_for_who_holds_the_key(name: str, key: str, body: bytes, expected: Any) -> None:
    status, answer = post(CONTROL_PATH + name, body, **{KEY_HEADER: key} if key else {})

    said = answer.get("message", answer)
    assert status == expected[0]
    assert said == expected[1] or said.startswith(expected[1])


def test_a_page_has_no_controls_even_with_the_key() -> None:
    assert ask(CONTROL_PATH + "faults", **{KEY_HEADER: "key", "origin": "https://evil.example"})[0] == 403


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
