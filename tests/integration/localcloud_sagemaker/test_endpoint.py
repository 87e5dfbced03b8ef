"""Endpoints: real processes behind InvokeEndpoint."""

import os
import signal
import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.integration.localcloud_sagemaker.aws import Aws


@pytest.fixture(scope="module")
def greeter(aws: Aws) -> str:
    """An endpoint in service whose one variant says hello."""
    config = aws.config("hello", ("AllTraffic", aws.greeter("hello", "hello"), 1))
    return _create(aws, "greeter", config)


def test_an_endpoint_in_service_answers_through_the_script_of_its_archive(aws: Aws, greeter: str) -> None:
    answer = aws.invoke(greeter, {"id": 1, "name": "ada"})

    assert (answer["said"], answer["name"], answer["variant"]) == ("hello", "ADA", "AllTraffic")
    assert answer["pid"] != os.getpid()


def test_a_script_that_raises_is_a_model_error_without_its_trace(aws: Aws, greeter: str) -> None:
    with pytest.raises(ClientError) as error:
        aws.invoke(greeter, {"id": 1})

    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert error.value.response["Error"]["Code"] == "ModelError"
    response: Mapping[str, Any] = error.value.response
    assert (response["OriginalStatusCode"], response["OriginalMessage"]) == (500, "Internal Server Error")
    assert "KeyError" not in str(error.value)


def test_a_model_that_takes_too_long_is_a_model_error_and_the_next_request_is_answered(
    aws: Aws, greeter: str
) -> None:
    with pytest.raises(ClientError, match="timed out while waiting for a response"):
        aws.invoke(greeter, {"id": 1, "name": "slow", "sleep": 4})

    assert aws.invoke(greeter, {"id": 2, "name": "next"})["name"] == "NEXT"


def test_an_unknown_endpoint_a_large_body_and_an_unknown_variant_are_refused(aws: Aws, greeter: str) -> None:
    runtime = aws.client("sagemaker-runtime")

    assert _code(runtime.invoke_endpoint, EndpointName="nowhere", Body=b"{}") == "ValidationError"
    large = b"x" * (6 * 1024 * 1024 + 1)
    assert _code(runtime.invoke_endpoint, EndpointName=greeter, Body=large) == "ValidationError"
    with pytest.raises(ClientError, match="variant"):
        aws.invoke(greeter, {"name": "x"}, TargetVariant="nobody")


def test_only_a_caller_with_the_permission_on_this_endpoint_may_invoke_it(aws: Aws, greeter: str) -> None:
    arn = f"arn:aws:sagemaker:us-east-1:000000000000:endpoint/{greeter}"
    allowed = aws.user_with({"Action": "sagemaker:InvokeEndpoint", "Resource": arn})
    other = aws.user_with({"Action": "sagemaker:InvokeEndpoint", "Resource": f"{arn}-other"})

    assert allowed.invoke(greeter, {"id": 1, "name": "ada"})["said"] == "hello"
    with pytest.raises(ClientError, match="is not authorized to perform: sagemaker:InvokeEndpoint") as error:
        other.invoke(greeter, {"id": 1, "name": "ada"})
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_container_that_dies_is_an_error_at_once_and_is_started_again(aws: Aws) -> None:
    endpoint = _create(aws, "mortal", aws.config("mortal", ("v", aws.greeter("mortal", "alive"), 1)))
    first = aws.invoke(endpoint, {"id": 1, "name": "ada"})["pid"]

    os.kill(first, signal.SIGKILL)
    began = time.monotonic()
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        _once(aws, endpoint)

    assert time.monotonic() - began < 1
    assert _invoke_until(aws, endpoint)["pid"] != first


def test_an_update_never_leaves_a_request_unanswered_and_ends_the_old_container(aws: Aws) -> None:
    endpoint = _create(aws, "updated", aws.config("updated-1", ("v", aws.greeter("updated-1", "one"), 1)))
    old = aws.invoke(endpoint, {"id": 0, "name": "x"})["pid"]
    aws.config("updated-2", ("v", aws.greeter("updated-2", "two"), 1))
    said: list[str] = []
    stop = threading.Event()
    callers = [threading.Thread(target=_call_on, args=(aws, endpoint, said, stop)) for _ in range(2)]
    for caller in callers:
        caller.start()

    aws.client("sagemaker").update_endpoint(EndpointName=endpoint, EndpointConfigName="updated-2")
    described = aws.settled(endpoint)
    time.sleep(0.3)
    stop.set()
    for caller in callers:
        caller.join()

    assert described["EndpointConfigName"] == "updated-2"
    assert {"one", "two"} == set(said), "every request was answered, by the old and then by the new"
    assert said[-1] == "two"
    assert _gone(old)
    unpacked = aws.state / "sagemaker" / "containers" / "endpoints" / endpoint
    assert not list((unpacked / "updated-1").rglob("model")), "what the old container served is deleted"
    assert list((unpacked / "updated-2").rglob("model"))


def test_an_update_that_does_not_come_up_is_rolled_back_silently(aws: Aws) -> None:
    endpoint = _create(aws, "kept", aws.config("kept-good", ("v", aws.greeter("kept-good", "good"), 1)))
    aws.config("kept-bad", ("v", aws.greeter("kept-bad", "bad", BROKEN="yes"), 1))
    queue = aws.event_queue()

    aws.client("sagemaker").update_endpoint(EndpointName=endpoint, EndpointConfigName="kept-bad")
    described = aws.settled(endpoint)

    assert described["EndpointStatus"] == "InService"
    assert described["EndpointConfigName"] == "kept-good"
    assert "did not pass the ping health check" in described["FailureReason"]
    assert "this model does not load" in described["FailureReason"]
    assert aws.invoke(endpoint, {"id": 1, "name": "x"})["said"] == "good"
    # EventBridge promises no order
    told = {
        event["detail"]["EndpointStatus"]: event["detail"]
        for event in aws.events(queue, "SageMaker Endpoint Deployment State Change", "endpoint/kept")
    }
    assert set(told) == {"UPDATING", "IN_SERVICE"}
    assert told["UPDATING"]["PendingDeploymentSummary"]["EndpointConfigName"] == "kept-bad"
    assert told["IN_SERVICE"]["EndpointConfigName"] == "kept-good"


def test_a_first_deployment_that_does_not_come_up_fails_and_can_be_deleted(aws: Aws) -> None:
    model = aws.model("no-script", {"greeting.txt": "hello"})
    aws.config("no-script", ("v", model, 1))
    sagemaker = aws.client("sagemaker")
    sagemaker.create_endpoint(EndpointName="hopeless", EndpointConfigName="no-script")

    described = aws.settled("hopeless")

    assert described["EndpointStatus"] == "Failed"
    assert "the model archive holds no inference.py in code/" in described["FailureReason"]
    sagemaker.delete_endpoint(EndpointName="hopeless")
    with pytest.raises(ClientError, match="Could not find endpoint"):
        sagemaker.describe_endpoint(EndpointName="hopeless")


def test_variants_share_the_traffic_by_weight_and_the_weights_can_be_changed(aws: Aws) -> None:
    one, two = aws.greeter("share-1", "one"), aws.greeter("share-2", "two")
    endpoint = _create(aws, "shared", aws.config("shared", ("a", one, 1), ("b", two, 0)))
    sagemaker = aws.client("sagemaker")

    before = {aws.invoke(endpoint, {"id": 1, "name": "x"})["said"] for _ in range(12)}
    targeted = aws.invoke(endpoint, {"id": 1, "name": "x"}, TargetVariant="b")
    desired = [{"VariantName": "a", "DesiredWeight": 0}, {"VariantName": "b", "DesiredWeight": 3}]
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=endpoint, DesiredWeightsAndCapacities=desired
    )
    described = aws.settled(endpoint)
    after = {aws.invoke(endpoint, {"id": 1, "name": "x"})["variant"] for _ in range(12)}

    assert (before, targeted["said"], after) == ({"one"}, "two", {"b"})
    assert [variant["CurrentWeight"] for variant in described["ProductionVariants"]] == [0, 3]


def test_endpoint_events_say_what_happened_in_awss_shape(aws: Aws) -> None:
    queue = aws.event_queue()
    _create(aws, "told", aws.config("told", ("v", aws.greeter("told", "told"), 1)))

    events = aws.events(queue, "SageMaker Endpoint State Change", "endpoint/told")

    # EventBridge promises no order
    assert sorted(event["detail"]["EndpointStatus"] for event in events) == ["CREATING", "IN_SERVICE"]
    detail = next(event["detail"] for event in events if event["detail"]["EndpointStatus"] == "IN_SERVICE")
    assert detail["EndpointConfigName"] == "told"
    assert detail["Tags"] == {}
    assert abs(detail["CreationTime"] / 1000 - time.time()) < 60, "milliseconds"


def _create(aws: Aws, name: str, config: str) -> str:
    aws.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=config)
    described = aws.settled(name)
    assert described["EndpointStatus"] == "InService", described
    return name


def _code(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    code: str = error.value.response["Error"]["Code"]
    return code


def _once(aws: Aws, endpoint: str) -> None:
    """One invocation without botocore's own retries of a 503."""
    config = Config(retries={"total_max_attempts": 1})
    client = aws.client("sagemaker-runtime", config=config)
    client.invoke_endpoint(EndpointName=endpoint, Body=b'{"id": 1, "name": "x"}')


def _invoke_until(aws: Aws, endpoint: str) -> Mapping[str, Any]:
    deadline = time.monotonic() + 20
    while True:
        try:
            return aws.invoke(endpoint, {"id": 1, "name": "x"})
        except ClientError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def _call_on(aws: Aws, endpoint: str, said: list[str], stop: threading.Event) -> None:
    while not stop.is_set():
        said.append(aws.invoke(endpoint, {"id": 1, "name": "x"})["said"])


def _gone(pid: int) -> bool:
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
