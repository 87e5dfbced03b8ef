"""What the endpoint's errors mean to a caller, and how the connection to it is kept."""

from __future__ import annotations

import socket

import botocore.session
import pytest

from marquee.serving.connection import runtime_url

from .conftest import Call, Runtime

FINE = {"text": "fine"}


def error(message: str, **fields: object) -> dict[str, object]:
    return {"Message": message, **fields}


MISSING = error("Endpoint marquee-test of account 123456789012 not found.")
CODED = {"__type": "com.amazonaws#ValidationException", "message": "Endpoint x not found."}
DENIED = error("role/x is not authorized to perform: sagemaker:InvokeEndpoint")
CLIENT_ERROR = error("Received client error (400) from primary", OriginalStatusCode=400)
BROKEN_OFF = error("Received server error (0) from primary", OriginalStatusCode=0)


@pytest.mark.parametrize(
    ("reply", "expected", "retry"),
    [
        ((400, "ValidationError", MISSING), (503, "no_endpoint"), True),
        ((400, "", CODED), (503, "no_endpoint"), True),
        ((400, "ValidationError", error("Accept is too long")), (502, "endpoint_refused"), False),
        ((400, "ThrottlingException:http://internal", error("Rate exceeded")), (429, "throttled"), True),
        ((429, "ModelNotReadyException", error("loading")), (503, "endpoint_not_ready"), True),
        ((503, "ServiceUnavailable", error("try later")), (503, "endpoint_not_ready"), True),
        ((500, "InternalFailure", error("oh")), (503, "endpoint_not_ready"), True),
        ((424, "ModelError", CLIENT_ERROR), (502, "model_error"), False),
        ((424, "ModelError", BROKEN_OFF), (503, "endpoint_not_ready"), True),
        ((403, "AccessDeniedException", DENIED), (502, "endpoint_refused"), False),
        ((500, "", b"<html>"), (502, "endpoint_refused"), False),
        ((400, "", []), (502, "endpoint_refused"), False),
    ],
)
def test_an_error_of_the_endpoint_becomes_a_sentence(
    runtime: Runtime, call: Call, reply: tuple[int, str, object], expected: tuple[int, str], retry: bool
) -> None:
    runtime.status, runtime.error_type, runtime.content = reply

    answer = call("POST", "/predict", FINE)

    assert (answer["statusCode"], answer["json"]["code"]) == expected
    assert ("Retry-After" in answer["headers"]) is retry
    assert "authorized" not in answer["json"]["message"]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", {"predictions": []}, {"model": {"version": "1", "run_id": "r"}, "predictions": []}],
)
def test_an_answer_that_is_no_prediction_is_the_models_fault(
    runtime: Runtime, call: Call, content: object
) -> None:
    runtime.content = content

    answer = call("POST", "/predict", FINE)

    assert (answer["statusCode"], answer["json"]["code"]) == (502, "model_error")


def test_nobody_at_the_address_is_503_with_a_time_to_come_back_and_a_fault(
    call: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free.getsockname()[1]}")

        answer = call("POST", "/predict", FINE)

    assert (answer["statusCode"], answer["json"]["code"]) == (503, "endpoint_unreachable")
    assert answer["headers"]["Retry-After"] == "5"
    # The endpoint's own alarms see no invocation, so nobody else would ring.
    assert '"Faults": 1' in capsys.readouterr().out


def test_one_connection_serves_many_predictions(runtime: Runtime, call: Call) -> None:
    for _ in range(5):
        assert call("POST", "/predict", FINE)["statusCode"] == 200

    assert len(runtime.connections) == 1


def test_a_connection_that_went_stale_is_opened_again(runtime: Runtime, call: Call) -> None:
    runtime.closes = True

    statuses = [call("POST", "/predict", FINE)["statusCode"] for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len(runtime.connections) == 3


def test_credentials_are_read_for_each_call(
    runtime: Runtime, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("POST", "/predict", FINE)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDROTATED")
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    call("POST", "/predict", FINE)

    before, after = runtime.headers
    assert "Credential=AKIDEXAMPLE/" in before["Authorization"]
    assert before["X-Amz-Security-Token"] == "token"
    assert "Credential=AKIDROTATED/" in after["Authorization"]
    assert "X-Amz-Security-Token" not in after


@pytest.mark.parametrize(
    ("region", "variables", "url"),
    [
        ("eu-west-1", {}, "https://runtime.sagemaker.eu-west-1.amazonaws.com"),
        ("cn-north-1", {}, "https://runtime.sagemaker.cn-north-1.amazonaws.com.cn"),
        ("eu-west-1", {"AWS_ENDPOINT_URL": "http://a"}, "http://a"),
        (
            "eu-west-1",
            {"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "http://b"},
            "http://b",
        ),
        (
            "eu-west-1",
            {"AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            "https://runtime.sagemaker.eu-west-1.amazonaws.com",
        ),
    ],
)
def test_the_address_is_the_one_botocore_would_use(
    monkeypatch: pytest.MonkeyPatch, region: str, variables: dict[str, str], url: str
) -> None:
    for name in (
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"AWS_REGION": region, **variables}.items():
        monkeypatch.setenv(name, value)

    client = botocore.session.Session().create_client("sagemaker-runtime", region_name=region)

    assert runtime_url() == url == client.meta.endpoint_url
