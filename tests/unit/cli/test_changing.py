"""Changes of the endpoint that a command asks for until they are done."""

import argparse
import io
import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from cli import changing
from cli.account import Account
from cli.commands import rollback, traffic
from cli.errors import CommandError
from cli.terminal import Terminal
from cli.views import versions_table
from marquee.ledger import Champion

ONE = Champion("r-1", "r-1", "1", "c-1", 0.9, "2026-11-20T10:00:00.000Z")
TWO = Champion("r-2", "r-2", "2", "c-2", 0.91, "2026-11-21T10:00:00.000Z", previous=(ONE,))


class Functions:
    """An account whose functions answer what is next."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self._answers: Iterator[dict[str, Any]] = iter(answers)

    def client(self, _service: str) -> "Functions":
        return self

    def invoke(self, **_: Any) -> dict[str, Any]:
        answer = next(self._answers)
        failed = {"FunctionError": "Unhandled"} if "errorMessage" in answer else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failed}


def step(status: str, reason: str = "") -> dict[str, Any]:
    return {"status": status, "version": "1", "reason": reason}


def change(monkeypatch: pytest.MonkeyPatch, *answers: dict[str, Any]) -> dict[str, Any]:
    monkeypatch.setattr(changing, "_PAUSE_SECONDS", 0)
    account = cast("Account", Functions(*answers))
    return changing.changed(account, "f", {"version": "1"}, Terminal(True), "Bringing version 1 back")


def test_it_is_asked_for_until_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    assert change(monkeypatch, step("waiting", "r-9 is changing it"), step("updating"), step("done")) == step(
        "done"
    )


@pytest.mark.parametrize("kind", ["ChampionMoved", "Throttled"])
def test_what_is_refused_for_the_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    refusal = {"errorType": kind, "errorMessage": "the champion changed in this moment; ask again"}
    assert change(monkeypatch, refusal, step("done")) == step("done")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (step("failed", "Version 1 was not brought back"), "was not brought back"),
        ({"errorMessage": "version 7 cannot be brought back"}, "version 7 cannot"),
    ],
)
def test_what_fails_or_is_refused_is_told(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        change(monkeypatch, step("updating"), answer)


def test_without_a_version_the_champion_before_is_meant() -> None:
    assert rollback._before(TWO) == "1"
    with pytest.raises(CommandError, match="Before version 1 there is none"):
        rollback._before(ONE)


@pytest.mark.parametrize("text", ["10", "1=", "1=101", "v1=10", "1=-5"])
def test_a_share_that_is_none_is_refused(text: str) -> None:
    arguments = argparse.Namespace(share=text, end=False)
    with pytest.raises(CommandError, match="is not VERSION=PERCENT"):
        traffic._wanted(arguments, cast("Account", Functions()))


def test_a_share_is_read_with_or_without_its_sign() -> None:
    for text in ("3=10", "3=10%"):
        arguments = argparse.Namespace(share=text, end=False)
        assert traffic._wanted(arguments, cast("Account", Functions())) == {"version": "3", "percent": 10}


def test_the_list_says_which_version_answers(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal(False).show([], lambda: versions_table(TWO))
    lines = capsys.readouterr().out.splitlines()
    assert "answers now" in next(line for line in lines if line.startswith("2"))
    assert "answers now" not in next(line for line in lines if line.startswith("1"))
