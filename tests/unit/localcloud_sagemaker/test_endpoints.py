"""What the API of endpoints says of deployments that only pretend to run containers."""

import asyncio
import json
from typing import Any

import pytest

from localcloud.awsjson import JsonService
from localcloud.sagemaker.endpoint_configs import KIND as CONFIG
from localcloud.sagemaker.endpoint_record import KIND
from localcloud.sagemaker.endpoints import Endpoints
from localcloud.sagemaker.rollout import AlarmWatch
from localcloud.sagemaker.tagged_store import TaggedStore

VARIANT = {"VariantName": "only", "InitialVariantWeight": 1.0}


class Pretence:
    """Configs, deployments and scaling at once: any config is there, updates go on until settled."""

    def __init__(self, store: TaggedStore) -> None:
        self._store, self.updates, self.deletes = store, 0, 0

    def find(self, _request: Any) -> dict[str, Any]:
        return {"EndpointConfigName": CONFIG, "ProductionVariants": [VARIANT]}

    def create(self, endpoint: dict[str, Any], _config: Any) -> None:
        self._store.change(KIND, endpoint["EndpointName"], lambda it: it.update(EndpointStatus="InService"))

    def of(self, _endpoint: str) -> list[str]:
        return []

    forget = of

    def instance_types(self, _endpoint: str) -> dict[str, str | None]:
        return {}

    def watch(self, _config: Any, alarms: Any) -> AlarmWatch:
        return AlarmWatch(lambda: None, alarms)

    def update(self, *_: Any) -> None:
        self.updates += 1

    def delete(self, name: str) -> None:
        self.deletes += 1
        self._store.remove(KIND, name)


class SageMaker:
    def __init__(self) -> None:
        self.store = TaggedStore()
        self.deployments = Pretence(self.store)
        self._service = JsonService("sagemaker", lambda *_: ("123456789012", "us-east-1"))
        self._service.add(Endpoints(self.store, *[self.deployments] * 3))  # type: ignore[arg-type]

    def __call__(self, action: str, **parameters: str) -> tuple[int, Any]:
        headers = {"x-amz-target": f"SageMaker.{action}"}
        body = json.dumps({"EndpointName": "e", **parameters}).encode()
        status, _, answer = asyncio.run(self._service.handle("POST", "/", headers, body, {}))
        return status, json.loads(answer)


@pytest.fixture
def sagemaker() -> SageMaker:
    made = SageMaker()
    assert made("CreateEndpoint", EndpointConfigName="c")[0] == 200
    return made


def test_an_endpoint_is_deleted(sagemaker: SageMaker) -> None:
    assert sagemaker("DeleteEndpoint")[0] == 200
    assert "Could not find endpoint" in sagemaker("DescribeEndpoint")[1]["message"]


def test_of_two_updates_at_once_one_is_refused(sagemaker: SageMaker) -> None:
    answers = [sagemaker("UpdateEndpoint", EndpointConfigName="c") for _ in range(2)]

    assert [status for status, _ in answers] == [200, 400]
    assert "Cannot update in-progress endpoint" in answers[1][1]["message"]
    assert sagemaker.deployments.updates == 1


def test_a_delete_does_not_pull_an_endpoint_from_under_an_update(
    sagemaker: SageMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an update that begins after the delete has looked at the endpoint
    find, updates = sagemaker.store.find, list[int]()

    def find_then_update(kind: str, name: str) -> Any:
        found = find(kind, name)
        if not updates:
            updates.append(0)
            updates.append(sagemaker("UpdateEndpoint", EndpointConfigName="c")[0])
        return found

    monkeypatch.setattr(sagemaker.store, "find", find_then_update)

    status, _ = sagemaker("DeleteEndpoint")

    assert (updates[1], status, sagemaker.deployments.deletes) == (200, 400, 0)
