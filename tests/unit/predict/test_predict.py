"""POST /predict, from the function URL's event to the endpoint and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.predict import app

from .conftest import Call, Runtime, answer_of, golden

NOT_JSON = (400, "invalid_json")
NOT_UTF8 = (400, "invalid_encoding")
OTHER_SHAPE = (422, "invalid_request")


@pytest.mark.parametrize(
    ("event", "ids"),
    [("predict_text", ["0"]), ("predict_reviews", ["7", "1"]), ("predict_base64", ["0"])],
)
def test_a_golden_event_gets_one_prediction_per_review(runtime: Runtime, event: str, ids: list[str]) -> None:
    answer = answer_of(golden(event))

    assert answer["statusCode"] == 200
    assert answer["json"]["model"] == {
        "version": "3",
        "run_id": "reviews-0f1e2d3c4b",
        "variant": "challenger",
    }
    assert [prediction["id"] for prediction in answer["json"]["predictions"]] == ids
    assert runtime.paths == ["/endpoints/marquee-test/invocations"]


def test_predictions_come_in_the_order_of_the_reviews(runtime: Runtime, call: Call) -> None:
    reviews = [{"id": str(n), "text": "bad" if n % 3 else "fine"} for n in range(100)]

    predictions = call("POST", "/predict", {"reviews": reviews})["json"]["predictions"]

    assert [prediction["id"] for prediction in predictions] == [review["id"] for review in reviews]
    assert [p["label"] for p in predictions] == ["negative" if n % 3 else "positive" for n in range(100)]


@pytest.mark.parametrize("explain", [True, False])
def test_the_endpoint_is_asked_why_only_if_the_caller_asks(
    runtime: Runtime, call: Call, explain: bool
) -> None:
    assert call("POST", "/predict", {"text": "fine", "explain": explain})["statusCode"] == 200

    assert runtime.asked[0].get("explain", False) is explain


def test_an_explanation_reaches_the_caller(runtime: Runtime, call: Call) -> None:
    reason = {"phrase": "fine", "label": "positive", "weight": 0.7}
    prediction = {"id": "0", "label": "positive", "confidence": 0.6, "scores": {}, "explanation": [reason]}
    runtime.content = {"model": {"version": "1", "run_id": "r"}, "predictions": [prediction]}

    answer = call("POST", "/predict", {"text": "fine", "explain": True})

    assert answer["json"]["predictions"][0]["explanation"] == [reason]


def test_a_review_of_one_megabyte_is_judged(runtime: Runtime, call: Call) -> None:
    text = "é" * 500_000

    assert call("POST", "/predict", {"text": text})["statusCode"] == 200
    assert runtime.asked[0]["reviews"][0]["text"] == text


def test_a_content_type_of_curl_and_a_byte_order_mark_do_not_matter(runtime: Runtime, call: Call) -> None:
    assert call("POST", "/predict", '\ufeff{"text": "fine"}')["statusCode"] == 200


@pytest.mark.parametrize(
    ("body", "refusal", "said"),
    [
        ("", NOT_JSON, "not JSON"),
        ("{", NOT_JSON, "line 1 column 2"),
        ("[" * 100_000, NOT_JSON, "not JSON"),
        ("1" * 5_000, NOT_JSON, "not JSON"),
        ("\udcff{}", NOT_UTF8, "byte 0"),
        ("null", OTHER_SHAPE, "`text` or `reviews`"),
        ("{}", OTHER_SHAPE, "`text` or `reviews`"),
        ('{"explain": true}', OTHER_SHAPE, "`text` or `reviews`"),
        ('{"text": "a", "explain": 1}', OTHER_SHAPE, "`explain` must be true or false"),
        ('{"reviews": [{"text": "a", "explain": true}]}', OTHER_SHAPE, "`reviews[0].explain` is not a field"),
        ('{"text": 7}', OTHER_SHAPE, "`text` must be a string"),
        ('{"text": " \\n"}', OTHER_SHAPE, "`text` is empty"),
        ('{"text": "\\ud800"}', OTHER_SHAPE, "half a character"),
        ('{"text": "a", "\\ud800": 1}', OTHER_SHAPE, "is not a field"),
        ('{"text": "a", "reviews": []}', OTHER_SHAPE, "`reviews` is not a field here"),
        ('{"reviews": {}}', OTHER_SHAPE, "is no list"),
        ('{"reviews": []}', OTHER_SHAPE, "1 to 100 reviews, and it has 0"),
        ('{"reviews": [7]}', OTHER_SHAPE, "`reviews[0]` must be an object"),
        ('{"reviews": [{"text": "a"}, {"id": 7, "text": "a"}]}', OTHER_SHAPE, "`reviews[1].id`"),
        ('{"reviews": [{"text": "a", "txt": "b"}]}', OTHER_SHAPE, "`reviews[0].txt` is not a field"),
    ],
)
def test_a_body_that_cannot_be_judged_is_refused_with_its_place(
    runtime: Runtime, call: Call, body: str, refusal: tuple[int, str], said: str
) -> None:
    answer = call("POST", "/predict", body)

    assert (answer["statusCode"], answer["json"]["code"]) == refusal
    assert said in answer["json"]["message"]
    assert runtime.asked == []


def test_every_problem_is_told_at_once_but_not_without_end(call: Call) -> None:
    message = call("POST", "/predict", {"reviews": [{"text": ""}] * 30})["json"]["message"]

    assert "`reviews[0].text` is empty; `reviews[1].text` is empty" in message
    assert message.endswith("; and 20 more.")


def test_too_many_reviews_and_too_many_bytes_are_refused(call: Call) -> None:
    assert call("POST", "/predict", {"reviews": [{"text": "a"}] * 101})["statusCode"] == 422
    assert call("POST", "/predict", {"text": "a" * 3_500_000})["statusCode"] == 413


def test_a_body_marked_as_base64_that_is_not_is_refused(call: Call) -> None:
    answer = call("POST", "/predict", "a", isBase64Encoded=True)

    assert (answer["statusCode"], answer["json"]["code"]) == (400, "invalid_encoding")


def test_whatever_breaks_inside_gets_a_number_and_no_trace(
    call: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks() -> Any:
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr(app, "_endpoint", breaks)
    monkeypatch.setattr(breaks, "cache_info", lambda: type("Info", (), {"currsize": 0}), raising=False)
    monkeypatch.setattr(breaks, "cache_clear", lambda: None, raising=False)

    answer = call("POST", "/predict", {"text": "fine"})

    request_id = golden("predict_text")["requestContext"]["requestId"]
    assert (answer["statusCode"], answer["json"]["code"]) == (500, "internal_error")
    assert request_id in answer["json"]["message"]
    assert "secret" not in json.dumps(answer)
    logged = capsys.readouterr().out
    assert request_id in logged
    assert "a secret detail" in logged
