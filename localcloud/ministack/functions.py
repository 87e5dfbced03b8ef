"""Runs MiniStack's Lambda functions in localcloud's execution environments.

MiniStack's own worker names every exception Runtime.HandlerError, ends the process after each of them,
waits 50 ms for logs that do not come, and unpacks each layer once per process.
"""

import os
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from localcloud.asynchronous import Invocation, Policy
from localcloud.config import CloudConfig
from localcloud.destinations import LAMBDA
from localcloud.functions.environment import ExecutionEnvironment, Function, Launcher
from localcloud.functions.packages import Packages, search_path
from localcloud.ministack.stack import MiniStack
from localcloud.processes import Process, Processes

Config = Mapping[str, Any]
Watched = Callable[[str, str, str, Callable[[], None]], AbstractContextManager[None]]
"""(access key, function, request id, what kills its process): around every invocation."""


class _Worker:
    """An execution environment in the shape that MiniStack's pool of workers leases and reaps."""

    def __init__(self, config: Config, code: bytes) -> None:
        self.config, self.code = config, code
        self.environment: ExecutionEnvironment | None = None
        self.in_use, self.last_used = False, time.time()

    @property
    def _proc(self) -> Process | None:
        return self.environment.process if self.environment else None

    @_proc.setter
    def _proc(self, value: None) -> None:
        """The pool takes the process away to end it."""

    def _discard_tmpdir(self) -> None:
        """The last that the pool does; unpacked archives are shared, and stay."""
        if self.environment:
            self.environment.stop()


class Functions:
    """Plugs execution environments into MiniStack's Lambda."""

    def __init__(self, config: CloudConfig, stack: MiniStack, processes: Processes, watched: Watched) -> None:
        self._config, self._stack, self._processes = config, stack, processes
        self._watched = watched
        self.launcher = Launcher()
        self._packages = Packages(config.state / "functions")

    def plug_in(self) -> None:
        """Let MiniStack lease our environments and run Python functions in them."""
        lambda_runtime._worker_class_for = lambda _config: lambda _name, config, code: _Worker(config, code)
        lambda_svc._execute_function_warm = self._execute
        to_proxy_response = lambda_svc.lambda_execute_result_to_api_proxy_response

        def hide_error(result: dict[str, Any]) -> tuple[dict[str, Any] | None, str | None]:
            # A function URL answers 502 and nothing else of a function that raised.
            failed = result.get("error") and not result.get("throttle")
            return (None, None) if failed else to_proxy_response(result)

        lambda_svc.lambda_execute_result_to_api_proxy_response = hide_error

    def _execute(self, function: Mapping[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        config = function.get("config") or function
        lambda_svc._ensure_reaper_thread()
        version = config.get("Version", "$LATEST")
        worker, _ = lambda_runtime.acquire_worker(
            config["FunctionName"], config, function["code_zip"], qualifier=version
        )
        try:
            worker.environment = worker.environment or self._environment(worker.config, worker.code)
            trace_id = lambda_svc._xray_trace_id_for_invocation(config)
            with self._watch(worker.environment, request_id):
                outcome = worker.environment.invoke(event, request_id, trace_id)
        finally:
            lambda_runtime.release_worker(worker)
        if outcome.error is None:
            return {"body": outcome.value, "log": outcome.log}
        return {"body": dict(outcome.error), "error": True, "log": outcome.log}

    def _watch(self, environment: ExecutionEnvironment, request_id: str) -> AbstractContextManager[None]:
        variables = environment.function.variables
        names = variables["AWS_ACCESS_KEY_ID"], variables["AWS_LAMBDA_FUNCTION_NAME"], request_id
        return self._watched(*names, environment.kill)

    def _environment(self, config: Config, code: bytes) -> ExecutionEnvironment:
        layers = [
            self._packages.unpack(lambda_svc._resolve_layer_zip(ref)) for ref in config.get("Layers", [])
        ]
        folder = self._packages.unpack(code)
        stream = f"{datetime.now(UTC):%Y-%m-%d}-{uuid.uuid4().hex[:8]}"
        function = Function(
            arn=config["FunctionArn"],
            timeout=float(config["Timeout"]),
            code=folder,
            search_path=search_path(folder, layers, self._packages.sdk()),
            variables=self._variables(config, folder, stream),
            log=self._config.logs / "functions" / config["FunctionName"] / f"{stream}.log",
        )
        return ExecutionEnvironment(function, self._processes, self.launcher)

    def _variables(self, config: Config, folder: Path, stream: str) -> dict[str, str]:
        """What Lambda's documentation lists as defined runtime environment variables."""
        name = config["FunctionName"]
        return {
            **config.get("Environment", {}).get("Variables", {}),
            **self._config.environment(),
            **self._credentials(config),
            "_HANDLER": config["Handler"],
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{config['Runtime']}",
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": config.get("Version", "$LATEST"),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config["MemorySize"]),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": (config.get("LoggingConfig") or {}).get("LogGroup")
            or f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "LAMBDA_TASK_ROOT": str(folder),
            "LANG": "en_US.UTF-8",
            "PATH": os.environ["PATH"],
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(self._config.scratch),
            "TZ": ":UTC",
        }

    def _credentials(self, config: Config) -> dict[str, str]:
        """A session of the function's role for one process, named after the function as on Lambda."""
        credentials = self._stack.assume(config["Role"], LAMBDA, config["FunctionName"])
        return {
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_SESSION_TOKEN": credentials.token,
        }

    def invoke_asynchronously(self, accept: Callable[[Invocation], None]) -> None:
        """Let `accept` see to every asynchronous invocation."""

        def invoke_async_with_retry(function: Mapping[str, Any], event: Any) -> None:
            config = function.get("config") or function
            accept(
                Invocation(
                    function_arn=config["FunctionArn"],
                    role_arn=config["Role"],
                    policy=_policy(function, config),
                    event=event,
                    run=lambda: self._run(function, event),
                )
            )

        lambda_svc.invoke_async_with_retry = invoke_async_with_retry

    def _run(self, function: Mapping[str, Any], event: Any) -> Mapping[str, Any]:
        with self._stack.scope():
            result: Mapping[str, Any] = lambda_svc._execute_function(function, event)
        return result


def _policy(function: Mapping[str, Any], config: Config) -> Policy:
    configured = lambda_svc._event_invoke_config
    settings = configured(function, None) or configured(function, "$LATEST") or {}
    destinations = settings.get("DestinationConfig") or {}
    return Policy(
        maximum_retries=settings.get("MaximumRetryAttempts", 2),
        maximum_age=settings.get("MaximumEventAgeInSeconds", 21_600),
        on_success=(destinations.get("OnSuccess") or {}).get("Destination", ""),
        on_failure=(destinations.get("OnFailure") or {}).get("Destination", ""),
        dead_letter=(config.get("DeadLetterConfig") or {}).get("TargetArn", ""),
    )
