"""Events of the local cloud against the golden ones, which have AWS's shape."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from localcloud.sagemaker.events import Events, milliseconds, upper_snake
from localcloud.sagemaker.tags import Tags

GOLDEN = sorted((Path(__file__).parents[3] / "events").glob("sagemaker_*.json"))
METHODS = {
    "SageMaker Training Job State Change": "training_job",
    "SageMaker Transform Job State Change": "transform_job",
    "SageMaker Endpoint State Change": "endpoint",
    "SageMaker Endpoint Deployment State Change": "deployment",
}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_what_describe_answers_becomes_the_golden_event(path: Path) -> None:
    """The golden event, taken back to what Describe answers, comes out as it was."""
    golden = json.loads(path.read_text())
    sent: list[tuple[str, str, Mapping[str, Any], Sequence[str]]] = []

    def emit(source: str, detail_type: str, detail: Mapping[str, Any], resources: Sequence[str]) -> str:
        sent.append((source, detail_type, detail, resources))
        return "id"

    document = _described(golden["detail"])
    getattr(Events(emit, Tags()), METHODS[golden["detail-type"]])(document)

    source, detail_type, detail, resources = sent[0]
    assert (source, detail_type) == (golden["source"], golden["detail-type"])
    assert resources == golden["resources"]
    assert detail == {**golden["detail"], "Tags": {}}


def test_only_times_become_milliseconds() -> None:
    document = {"CreationTime": 1.5, "TrainingTimeInSeconds": 7, "Value": 0.5, "Steps": [{"StartTime": 2.0}]}

    assert milliseconds(document) == {
        "CreationTime": 1500,
        "TrainingTimeInSeconds": 7,
        "Value": 0.5,
        "Steps": [{"StartTime": 2000}],
    }


@pytest.mark.parametrize(("status", "written"), [("InService", "IN_SERVICE"), ("Failed", "FAILED")])
def test_an_endpoints_status_is_written_in_capitals(status: str, written: str) -> None:
    assert upper_snake(status) == written


def _described(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _described(item, key) for key, item in value.items() if key != "Tags"}
    if isinstance(value, list):
        return [_described(item) for item in value]
    if name.endswith(("Time", "Timestamp")):
        return value / 1000
    return value.title().replace("_", "") if name == "EndpointStatus" else value
