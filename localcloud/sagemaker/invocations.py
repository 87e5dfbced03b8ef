"""InvokeEndpoint: POST /endpoints/<name>/invocations of the runtime.sagemaker service."""

import asyncio
import contextvars
import json
import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import unquote

from localcloud.awsjson import Authorize, Headers, Permission, Response, ServiceError
from localcloud.sagemaker.container_process import ContainerUnavailable, Reply
from localcloud.sagemaker.deployments import Deployments
from localcloud.sagemaker.endpoints import ARN
from localcloud.sagemaker.fleet import Fleet
from localcloud.sagemaker.metrics import Invocation, Meter
from localcloud.sagemaker.variant import Variant

REALTIME_BYTES = 6 * 1024 * 1024
SERVERLESS_BYTES = 4 * 1024 * 1024

_PATH = re.compile(r"/endpoints/([^/]+)/invocations")
_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
_THREADS = 64
_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. "
    "Review the latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)


class ModelError(ServiceError):
    """The model answered with an error, or not at all."""

    def __init__(self, status: int, message: str, log_arn: str) -> None:
        kind = "client" if 400 <= status < 500 else "server"
        sentence = f'Received {kind} error ({status}) from primary with message "{message}". See {log_arn}'
        super().__init__("ModelError", f"{sentence} for more information.", 424)
        self.fields = {"OriginalStatusCode": status, "OriginalMessage": message, "LogStreamArn": log_arn}

    def response(self) -> Response:
        """The error with the fields that a caller reads the model's own answer from."""
        status, headers, _ = super().response()
        return status, headers, json.dumps({"Message": self.message, **self.fields}).encode()


class Invocations:
    """Answers what is signed for SageMaker and is no control-plane action."""

    def __init__(self, authorize: Authorize, deployments: Deployments, meter: Meter) -> None:
        self._authorize, self._deployments, self._meter = authorize, deployments, meter
        # A slow model must not hold the threads that every other service of the gateway works in.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="invocation")

    async def handle(
        self, method: str, path: str, headers: Headers, body: bytes, _query: Mapping[str, list[str]]
    ) -> Response:
        """Answer one HTTP request (a Handler)."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, context.run, self._answer, method, path, headers, body
        )

    def close(self) -> None:
        """Take no more requests."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _answer(self, method: str, path: str, headers: Headers, body: bytes) -> Response:
        try:
            name = _PATH.fullmatch(unquote(path))
            if method != "POST" or name is None:
                raise ServiceError("UnknownOperationException", f"SageMaker has no {method} {path}.", 404)
            return self._invoke(name[1], headers, body)
        except ServiceError as error:
            return error.response()

    def _invoke(self, name: str, headers: Headers, body: bytes) -> Response:
        began = time.perf_counter()
        account, region = self._authorize(headers, ())
        arn = ARN.format(EndpointName=name, region=region, account=account)
        self._check_permission(headers, arn)
        call = _Call(name, _log_group(arn, name), headers, body, began)
        while True:
            traffic = self._deployments.traffic(name)
            if traffic is None:
                raise ServiceError("ValidationError", f"Endpoint {name} of account {account} not found.")
            fleet = traffic.choose()
            variant = _variant(fleet, call)
            try:
                return self._ask(call, fleet, variant)
            except ContainerUnavailable as error:
                # A request that chose its container just before an update ended it belongs to another one.
                serving = self._deployments.traffic(name)
                if serving is not None and serving.reaches(fleet):
                    self._count(call, fleet, variant, 0, call.began)
                    sentence = f"Endpoint {name} cannot answer now: {error}. Try again in a few seconds."
                    raise ServiceError("ServiceUnavailable", sentence, 503) from error

    def _ask(self, call: "_Call", fleet: Fleet, variant: Variant) -> Response:
        asked = time.perf_counter()
        try:
            reply = variant.post(call.body, call.passed_on())
        except TimeoutError as error:
            self._count(call, fleet, variant, 0, asked)
            raise ModelError(0, _TIMED_OUT, call.log_group) from error
        self._count(call, fleet, variant, reply.status, asked)
        return _respond(reply, variant, call.log_group)

    def _count(self, call: "_Call", fleet: Fleet, variant: Variant, status: int, asked: float) -> None:
        now = time.perf_counter()
        self._meter.record(
            Invocation(
                endpoint=call.endpoint,
                config=fleet.config_name,
                variant=variant.name,
                role=variant.role,
                instances=0 if variant.serverless else variant.count,
                status=status,
                model_seconds=now - asked,
                seconds=now - call.began,
            )
        )

    def _check_permission(self, headers: Headers, arn: str) -> None:
        try:
            self._authorize(headers, [Permission("sagemaker:InvokeEndpoint", arn)])
        except ServiceError as error:
            # What the JSON services answer with 400, the REST ones answer with 403.
            raise ServiceError(error.code, error.message, 403) from error


@dataclass(frozen=True)
class _Call:
    """One request to an endpoint; `began` is a reading of time.perf_counter."""

    endpoint: str
    log_group: str
    headers: Headers
    body: bytes
    began: float

    def passed_on(self) -> Headers:
        """The headers that the container gets to see."""
        names = ("content-type", "accept", _ATTRIBUTES)
        return {name: value for name in names if (value := self.headers.get(name, ""))}


def _variant(fleet: Fleet, call: _Call) -> Variant:
    variant = fleet.choose(call.headers.get("x-amzn-sagemaker-target-variant"))
    if variant is None:
        raise ServiceError("ValidationError", "The endpoint has no such variant, or none with traffic.")
    limit = SERVERLESS_BYTES if variant.serverless else REALTIME_BYTES
    if len(call.body) > limit:
        raise ServiceError(
            "ValidationError",
            "1 validation error detected: Value at 'body' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limit}",
        )
    return variant


def _log_group(arn: str, name: str) -> str:
    group = f"log-group:/aws/sagemaker/Endpoints/{name}"
    return arn.replace(":sagemaker:", ":logs:").replace(f"endpoint/{name}", group)


def _respond(reply: Reply, variant: Variant, log_group: str) -> Response:
    if reply.status >= 400:
        raise ModelError(reply.status, reply.body.decode(errors="replace"), log_group)
    headers = {
        "Content-Type": reply.headers.get("content-type", "application/octet-stream"),
        "x-Amzn-Invoked-Production-Variant": variant.name,
    }
    if attributes := reply.headers.get(_ATTRIBUTES):
        headers[_ATTRIBUTES] = attributes
    return reply.status, headers, reply.body
