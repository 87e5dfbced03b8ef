"""Metrics of endpoint invocations."""

from typing import Any

import pytest
from botocore import session
from botocore.validate import ParamValidator

from localcloud.sagemaker.metrics import Invocation, aggregate

NAMES = {
    "Invocations",
    "InvocationsPerInstance",
    "ModelLatency",
    "OverheadLatency",
    "Invocation4XXErrors",
    "Invocation5XXErrors",
    "InvocationModelErrors",
}


def invocation(status: int = 200, model_seconds: float = 0.1, instances: int = 1) -> Invocation:
    return Invocation("e", "c", "v", "role", instances, status, model_seconds, model_seconds + 0.002)


def seen(*invocations: Invocation) -> dict[str, dict[float, float]]:
    """Metric -> value -> how often, without the dimension EndpointConfigName."""
    found: dict[str, dict[float, float]] = {}
    for datum in aggregate(invocations, 0.0):
        if len(datum["Dimensions"]) == 2:
            counts = dict(zip(datum["Values"], datum["Counts"], strict=True))
            found.setdefault(datum["MetricName"], {}).update(counts)
    return found


def test_equal_values_are_counted_and_latencies_are_microseconds() -> None:
    found = seen(*[invocation()] * 3, invocation(model_seconds=0.2))

    assert set(found) == NAMES
    assert found["Invocations"] == {1: 4}
    assert found["ModelLatency"] == {100_000: 3, 200_000: 1}
    assert found["OverheadLatency"] == {2000: 4}


@pytest.mark.parametrize(
    ("status", "client", "server", "model"), [(200, 0, 0, 0), (404, 1, 0, 1), (500, 0, 1, 1), (0, 0, 1, 1)]
)
def test_errors_are_zeros_and_ones(status: int, client: int, server: int, model: int) -> None:
    found = seen(invocation(status=status))

    assert found["Invocation4XXErrors"] == {client: 1}
    assert found["Invocation5XXErrors"] == {server: 1}
    assert found["InvocationModelErrors"] == {model: 1}


def test_an_invocation_counts_in_part_for_each_of_several_instances() -> None:
    assert seen(invocation(instances=4))["InvocationsPerInstance"] == {0.25: 1}


def test_a_serverless_variant_has_no_instances() -> None:
    assert "InvocationsPerInstance" not in seen(invocation(instances=0))


def test_each_fleet_of_an_update_can_be_told_apart() -> None:
    configs = [
        entry["Value"]
        for datum in aggregate([invocation()], 0.0)
        for entry in datum["Dimensions"]
        if entry["Name"] == "EndpointConfigName"
    ]
    assert configs == ["c"] * len(NAMES)


def test_many_latencies_are_split_as_put_metric_data_wants_them() -> None:
    calls = [invocation(model_seconds=number / 1000) for number in range(100, 500)]

    data: list[dict[str, Any]] = list(aggregate(calls, 0.0))

    model = session.get_session().get_service_model("cloudwatch").operation_model("PutMetricData")
    assert model.input_shape is not None
    report = ParamValidator().validate({"Namespace": "AWS/SageMaker", "MetricData": data}, model.input_shape)
    assert not report.has_errors(), report.generate_report()
    assert max(len(datum["Values"]) for datum in data) == 150
    assert sum(seen(*calls)["ModelLatency"].values()) == 400
