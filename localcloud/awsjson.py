"""An AWS JSON 1.1 service whose actions are plain methods.

    class Jobs:
        @action("CreateTrainingJob", "arn:aws:sagemaker:{region}:{account}:training-job/{TrainingJobName}",
                passes=("RoleArn",))
        def create(self, request: Request) -> Mapping[str, object]: ...

    service = JsonService("sagemaker", cloud.stack.authorize)
    service.add(Jobs())
    cloud.stack.add_service("sagemaker", service.handle)

Before an action runs, its parameters are held against botocore's own model of the service, and IAM
is asked for the action on every resource and for iam:PassRole on every role that is handed over.
Actions run in worker threads: they may block. Results may hold datetimes; members that are None are left out.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from botocore.model import OperationNotFoundError, ServiceModel

from localcloud.actions import Action, Permission, Request, action, actions_of
from localcloud.constraints import refusal, service_model

__all__ = [
    "Authorize",
    "Handler",
    "Headers",
    "JsonService",
    "Permission",
    "Request",
    "Response",
    "ServiceError",
    "action",
]

Headers = Mapping[str, str]
Response = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, Headers, bytes, Mapping[str, list[str]]], Awaitable[Response]]
"""How the gateway calls a service: method, path, headers (lower case), body, query."""

log = logging.getLogger(__name__)


class ServiceError(Exception):
    """A refusal as AWS words it: an error code, a sentence and an HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status

    def response(self) -> Response:
        """The error as the JSON protocols carry it."""
        body = json.dumps({"__type": self.code, "message": self.message}).encode()
        return self.status, {"Content-Type": CONTENT_TYPE, "x-amzn-ErrorType": self.code}, body


CONTENT_TYPE = "application/x-amz-json-1.1"


Authorize = Callable[[Headers, Iterable[Permission]], tuple[str, str]]
"""Raises ServiceError unless the caller may do all of it; gives the caller's account and region."""


class JsonService:
    """Answers the actions of one AWS service over the JSON 1.1 protocol.

    `fallback` answers what no added component does; without it such an action is refused. `tag_action`
    ("AddTags", "TagResource") is what IAM must allow too when something is created with Tags.
    """

    def __init__(
        self, service: str, authorize: Authorize, fallback: Handler | None = None, tag_action: str = ""
    ) -> None:
        self.service, self._authorize, self._fallback = service, authorize, fallback
        self._tag_action = tag_action
        self._model: ServiceModel = service_model(service)
        self._actions: dict[str, Action] = {}

    def add(self, component: object) -> None:
        """Take in every method of `component` that is marked with @action."""
        for known in actions_of(component):
            self._model.operation_model(known.name)
            self._actions[known.name] = known

    async def handle(
        self, method: str, path: str, headers: Headers, body: bytes, query: Mapping[str, list[str]]
    ) -> Response:
        """Answer one HTTP request (a Handler)."""
        name = headers.get("x-amz-target", "").rpartition(".")[2]
        known = self._actions.get(name)
        if known is None and self._fallback is not None:
            return await self._fallback(method, path, headers, body, query)
        return await asyncio.to_thread(self._answer, known, name, headers, body)

    def _answer(self, known: Action | None, name: str, headers: Headers, body: bytes) -> Response:
        try:
            if known is None:
                raise self._unknown(name)
            result = self._run(known, headers, _parameters(body))
        except ServiceError as error:
            return error.response()
        except Exception:  # a bug of ours must read as AWS's own 500, and be found in the log
            log.exception("%s.%s failed", self.service, name)
            return ServiceError(
                "InternalFailure", f"{self.service}:{name} failed, see the log", 500
            ).response()
        return 200, {"Content-Type": CONTENT_TYPE}, json.dumps(result, default=_wire).encode()

    def _run(self, known: Action, headers: Headers, parameters: dict[str, Any]) -> dict[str, Any]:
        if message := refusal(self._model.operation_model(known.name).input_shape, parameters):
            raise ServiceError("ValidationException", message)
        account, region = self._authorize(headers, ())
        request = Request(known.name, parameters, account, region)
        self._authorize(headers, [*known.permissions(self.service, request), *self._tagging(known, request)])
        return _present(known.method(request) or {})

    def _tagging(self, known: Action, request: Request) -> list[Permission]:
        tagged = self._tag_action and known.name.startswith("Create") and request.parameters.get("Tags")
        # The first resource is the one that is made; a further one is only used by it.
        created = known.arns(request)[:1] if tagged else []
        return [Permission(f"{self.service}:{self._tag_action}", arn) for arn in created]

    def _unknown(self, name: str) -> ServiceError:
        try:
            self._model.operation_model(name)
        except OperationNotFoundError:
            return ServiceError("UnknownOperationException", f"{self.service} has no action {name!r}.")
        message = f"The local cloud does not implement {self.service}:{name}."
        return ServiceError("UnknownOperationException", message)


def _parameters(body: bytes) -> dict[str, Any]:
    try:
        parameters = json.loads(body or b"{}")
    except ValueError as error:
        raise ServiceError("SerializationException", f"The body is not JSON: {error}") from error
    if not isinstance(parameters, dict):
        raise ServiceError("SerializationException", "Start of structure or map found where not expected.")
    return parameters


def _present(result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _present(value) if isinstance(value, Mapping) else value
        for name, value in result.items()
        if value is not None
    }


def _wire(value: object) -> object:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} has no JSON form in an AWS response")
