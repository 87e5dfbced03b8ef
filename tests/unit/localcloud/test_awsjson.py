import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from localcloud.awsjson import Headers, JsonService, Permission, Request, Response, ServiceError, action

JOB = "arn:aws:glue:{region}:{account}:job/{JobName}"
ROLE = "arn:aws:iam::111122223333:role/worker"


class Jobs:
    @action("GetJob", JOB)
    def get(self, request: Request) -> Mapping[str, object]:
        if request.parameters["JobName"] == "missing":
            raise ServiceError("EntityNotFoundException", "There is no such job.")
        if request.parameters["JobName"] == "broken":
            raise KeyError("a bug")
        return {"Job": {"Name": "j", "CreatedOn": datetime(2026, 1, 1, tzinfo=UTC), "Description": None}}

    @action("CreateJob", "arn:aws:glue:{region}:{account}:job/{Name}", passes=("Role",))
    def create(self, request: Request) -> None:
        return None

    @action("DeleteJob", lambda request: [f"first/{request.parameters['JobName']}", "second"])
    def delete(self, request: Request) -> None:
        return None


class Iam:
    """Allows what it was told, and remembers what it was asked."""

    def __init__(self, denied: str = "") -> None:
        self.denied, self.asked = denied, list[Permission]()

    def authorize(self, headers: Headers, permissions: Iterable[Permission]) -> tuple[str, str]:
        for permission in permissions:
            self.asked.append(permission)
            if permission.action == self.denied:
                raise ServiceError("AccessDeniedException", f"not {permission.action}")
        return "111122223333", "eu-west-1"


def service(iam: Iam) -> JsonService:
    built = JsonService("glue", iam.authorize)
    built.add(Jobs())
    return built


def call(name: str, body: Any, iam: Iam | None = None) -> tuple[int, dict[str, Any]]:
    headers = {"x-amz-target": f"AWSGlue.{name}"}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, _, answer = asyncio.run(service(iam or Iam()).handle("POST", "/", headers, raw, {}))
    return status, json.loads(answer)


def test_times_are_epoch_seconds_and_what_is_none_is_left_out() -> None:
    assert call("GetJob", {"JobName": "j"}) == (200, {"Job": {"Name": "j", "CreatedOn": 1767225600.0}})


def test_iam_is_asked_for_the_resource_as_the_caller_named_it() -> None:
    iam = Iam()

    call("GetJob", {"JobName": "j"}, iam)

    assert iam.asked == [Permission("glue:GetJob", "arn:aws:glue:eu-west-1:111122223333:job/j")]


@pytest.mark.parametrize("role", ["worker", ROLE])
def test_iam_is_asked_whether_the_role_may_be_passed_to_this_service(role: str) -> None:
    iam = Iam()

    call("CreateJob", {"Name": "j", "Role": role, "Command": {}}, iam)

    assert iam.asked[1] == Permission("iam:PassRole", ROLE, {"iam:PassedToService": "glue.amazonaws.com"})


def test_every_resource_is_asked_for() -> None:
    iam = Iam()

    call("DeleteJob", {"JobName": "j"}, iam)

    assert [permission.resource for permission in iam.asked] == ["first/j", "second"]


def test_what_iam_denies_is_refused() -> None:
    status, answer = call("GetJob", {"JobName": "j"}, Iam(denied="glue:GetJob"))

    assert (status, answer) == (400, {"__type": "AccessDeniedException", "message": "not glue:GetJob"})


def test_parameters_are_validated_before_iam_is_asked() -> None:
    iam = Iam()

    status, answer = call("GetJob", {}, iam)

    assert (status, answer["__type"]) == (400, "ValidationException")
    assert (
        "Value null at 'jobName' failed to satisfy constraint: Member must not be null" in answer["message"]
    )
    assert iam.asked == []


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("GetJob", {"JobName": "missing"}, 400, "EntityNotFoundException"),
        ("GetJob", {"JobName": "broken"}, 500, "InternalFailure"),
        ("GetJob", b"{", 400, "SerializationException"),
        ("GetJob", b"[]", 400, "SerializationException"),
        ("GetTable", {}, 400, "UnknownOperationException"),
        ("Nonsense", {}, 400, "UnknownOperationException"),
    ],
)
def test_errors_have_awss_names(name: str, body: Any, status: int, code: str) -> None:
    answered, answer = call(name, body)

    assert (answered, answer["__type"]) == (status, code)


def test_what_no_component_does_goes_to_the_fallback() -> None:
    async def fallback(*_: Any) -> Response:
        return 200, {}, b'{"from": "fallback"}'

    built = JsonService("glue", Iam().authorize, fallback)
    built.add(Jobs())

    answer = asyncio.run(built.handle("POST", "/", {"x-amz-target": "AWSGlue.GetTable"}, b"{}", {}))

    assert json.loads(answer[2]) == {"from": "fallback"}


def test_an_action_the_service_does_not_have_cannot_be_added() -> None:
    class Wrong:
        @action("MakeCoffee")
        def make(self, request: Request) -> None:
            return None

    with pytest.raises(Exception, match="MakeCoffee"):
        JsonService("glue", Iam().authorize).add(Wrong())
