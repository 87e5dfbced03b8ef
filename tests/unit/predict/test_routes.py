"""The other routes: runs, the model, health, the page, and what there is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marquee.ledger import Champion, Change, Ledger, Run, Stage, Upload
from tests.unit.champions import seed_champion

from .conftest import Call, Runtime

AT = "2026-11-22T17:49:01.123Z"
CHAMPION = Champion("reviews-0000000001", "reviews-0000000001", "3", "config", 0.85, AT)


def a_run(number: int, stage: Stage = Stage.LIVE, **facts: object) -> Run:
    return Run(
        f"reviews-{number:010x}",
        Upload("marquee-test-raw", "raw/<img src=x onerror=alert(1)>.csv", "etag", 1042, "7"),
        created_at=AT.replace(":49", f":{number:02d}"),
        updated_at=AT,
        stage=stage,
        facts=facts,
        history=(Change("RECEIVED", AT, "upload", "event"),),
    )


@pytest.fixture
def ledger(table: str) -> Ledger:
    return Ledger(table)


def test_runs_come_newest_first_and_tell_no_bucket(ledger: Ledger, call: Call) -> None:
    for number in range(25):
        ledger.create(a_run(number))

    answer = call("GET", "/runs")

    runs = answer["json"]["runs"]
    assert [run["run_id"] for run in runs] == [f"reviews-{n:010x}" for n in range(24, 4, -1)]
    assert "marquee-test-raw" not in answer["body"]
    assert "etag" not in answer["body"]


def test_a_run_shows_its_history_and_facts(ledger: Ledger, call: Call) -> None:
    ledger.create(a_run(1, Stage.TRAINING, rows=25_000, accuracy=0.92))

    run = call("GET", "/runs/reviews-0000000001")["json"]

    assert run["facts"] == {"rows": 25_000, "accuracy": 0.92}
    assert run["accuracy"] == 0.92
    assert run["history"] == [{"stage": "RECEIVED", "at": AT, "cause": "upload"}]
    assert run["bytes"] == 1042


@pytest.mark.parametrize("run_id", ["nothing-0000000000", "a" * 4_000, "%00", "<script>"])
def test_an_unknown_run_is_404(ledger: Ledger, call: Call, run_id: str) -> None:
    answer = call("GET", f"/runs/{run_id}")

    assert (answer["statusCode"], answer["json"]["code"]) == (404, "no_such_run")


def test_the_model_is_the_champion_with_the_figures_of_its_run(
    table: str, ledger: Ledger, call: Call
) -> None:
    matrix = [[8, 2], [1, 9]]
    ledger.create(a_run(1, accuracy=0.85, confusion_matrix=matrix, labels=["n", "p"], etl_seconds=3))
    seed_champion(table, CHAMPION)

    model = call("GET", "/model")["json"]

    assert (model["version"], model["run_id"], model["since"]) == ("3", "reviews-0000000001", AT)
    assert model["figures"] == {"accuracy": 0.85, "confusion_matrix": matrix, "labels": ["n", "p"]}


def test_the_figures_of_a_later_attempt_are_not_the_models(table: str, ledger: Ledger, call: Call) -> None:
    ledger.create(replace(a_run(1, accuracy=0.7, f1=0.7), attempt=2))
    seed_champion(table, CHAMPION)

    assert call("GET", "/model")["json"]["figures"] == {"accuracy": 0.85}


def test_no_model_yet_is_404(ledger: Ledger, call: Call) -> None:
    assert call("GET", "/model")["json"]["code"] == "no_model"


def test_health_is_a_prediction(runtime: Runtime, call: Call) -> None:
    assert call("GET", "/health")["json"] == {
        "status": "ok",
        "model": {"version": "3", "run_id": "reviews-0f1e2d3c4b", "variant": "challenger"},
    }
    runtime.status = 503
    assert call("GET", "/health")["statusCode"] == 503


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/nothing", 404, None),
        ("GET", "/runs/a/b", 404, None),
        ("GET", "/../app.py", 404, None),
        ("GET", "/%2e%2e/app.py", 404, None),
        ("GET", "/predict", 405, "POST"),
        ("DELETE", "/runs", 405, "GET, HEAD"),
        ("OPTIONS", "/predict", 405, "POST"),
    ],
)
def test_what_is_not_there_is_said_in_json(
    call: Call, method: str, path: str, status: int, allow: str | None
) -> None:
    answer = call(method, path)

    assert answer["statusCode"] == status
    assert answer["json"].keys() == {"code", "message"}
    assert answer["headers"].get("Allow") == allow


def test_head_is_get_without_a_body(call: Call) -> None:
    answer = call("HEAD", "/")

    assert (answer["statusCode"], answer["body"]) == (200, "")
    assert answer["headers"]["Content-Type"].startswith("text/html")
