"""The OpenAPI document and the code say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from functions.predict import app
from marquee.ledger import Champion, Change, Ledger, Run, Stage, Upload
from marquee.serving.messages import Refusal
from marquee.serving.reviews import MAX_BODY_BYTES, MAX_ID_CHARACTERS, MAX_REVIEWS, read_question
from tests.unit.champions import seed_champion

from .conftest import Call, Runtime

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[3] / "web/openapi.json").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
AT = "2026-11-22T17:49:01.123Z"


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": DOCUMENT["components"]})


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    for part in node.get("$ref", "").split("/")[1:]:
        node = (DOCUMENT if part == "components" else node)[part]
    return node


def answers() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                yield path, method.upper(), status, resolved(answer)


def check(path: str, method: str, answer: dict[str, Any]) -> None:
    """Fail unless the document foresees this answer, headers and body."""
    operation = DOCUMENT["paths"][path][method.lower()]
    foreseen = resolved(operation["responses"][str(answer["statusCode"])])
    content_type = answer["headers"]["Content-Type"]
    assert content_type in foreseen["content"]
    assert foreseen.get("headers", {}).keys() <= answer["headers"].keys()
    if content_type == "application/json":
        validator(foreseen["content"][content_type]["schema"]).validate(answer["json"])


def test_every_path_of_the_document_is_served_and_every_api_route_is_documented() -> None:
    served = {
        (method, pattern.pattern.replace("(?P<run_id>[^/]+)", "{run_id}"))
        for method, pattern, _ in app.router._routes
        if "." not in pattern.pattern or pattern.pattern == "/openapi.json"
    }
    assert served == {(method, path) for path, method, _, _ in answers()}


@pytest.mark.parametrize(("path", "method", "status", "answer"), list(answers()))
def test_examples_fit_their_schemas(path: str, method: str, status: str, answer: dict[str, Any]) -> None:
    for content in answer["content"].values():
        if "example" in content:
            validator(content["schema"]).validate(content["example"])
        assert status == "200" or content["schema"] == {"$ref": "#/components/schemas/Error"}


def test_the_documented_requests_are_judged_as_documented(runtime: Runtime, call: Call) -> None:
    body = DOCUMENT["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    for example in body["examples"].values():
        answer = call("POST", "/predict", example["value"])
        assert answer["statusCode"] == 200
        check("/predict", "POST", answer)


@pytest.mark.parametrize("body", ["", "{}", '{"text": ""}', json.dumps({"text": "a" * MAX_BODY_BYTES})])
def test_refusals_are_documented(call: Call, body: str) -> None:
    check("/predict", "POST", call("POST", "/predict", body))


@pytest.mark.parametrize("status", [200, 429, 503, 418])
def test_what_an_endpoint_does_is_documented(runtime: Runtime, call: Call, status: int) -> None:
    runtime.status, runtime.error_type = status, "ThrottlingException" if status == 429 else ""
    check("/predict", "POST", call("POST", "/predict", {"text": "fine"}))
    check("/health", "GET", call("GET", "/health"))


def test_answers_from_the_ledger_are_documented(table: str, call: Call) -> None:
    for path in ("/model", "/runs"):
        check(path, "GET", call("GET", path))
    check("/runs/{run_id}", "GET", call("GET", "/runs/none-0000000000"))
    ledger = Ledger(table)
    history = (Change("RECEIVED", AT, "upload"),)
    run = Run("r-1", Upload("b", "raw/a.csv", "e"), AT, AT, stage=Stage.RECEIVED, history=history)
    ledger.create(run)
    ledger.record(run, {"accuracy": 1.0, "confusion_matrix": [[1, 0], [0, 1]], "labels": ["a", "b"]})
    seed_champion(table, Champion("r-1", "r-1", "1", "config", 1.0, AT))
    for path in ("/model", "/runs", "/", "/docs", "/openapi.json"):
        check(path, "GET", call("GET", path))
    check("/runs/{run_id}", "GET", call("GET", "/runs/r-1"))


def test_the_limits_in_the_document_are_those_of_the_code() -> None:
    reviews = SCHEMAS["PredictRequest"]["oneOf"][1]["properties"]["reviews"]
    assert reviews["maxItems"] == MAX_REVIEWS
    assert SCHEMAS["Review"]["properties"]["id"]["maxLength"] == MAX_ID_CHARACTERS
    assert f"{MAX_BODY_BYTES:,} bytes" in DOCUMENT["paths"]["/predict"]["post"]["description"]


texts = st.one_of(st.text(max_size=8), st.sampled_from(["", " ", "\u2003\t", "\u200b", "\x1f", "fine"]))
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), texts)
names = st.sampled_from(["text", "id", "reviews", "explain", "txt"])
reviews = st.lists(st.one_of(scalars, st.dictionaries(names, scalars, max_size=3)), max_size=3)
bodies = st.one_of(scalars, reviews, st.dictionaries(names, st.one_of(scalars, reviews), max_size=3))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies)
def test_the_code_takes_exactly_what_the_schema_allows(body: Any) -> None:
    allowed = validator(SCHEMAS["PredictRequest"]).is_valid(body)

    try:
        taken = len(read_question(json.dumps(body).encode()).reviews) > 0
    except Refusal as refusal:
        taken = False
        assert refusal.status == 422

    assert taken is allowed
