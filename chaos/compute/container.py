"""A model's container without a process: the real inference script around a model of counted words."""

import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import inference
from archive import check_digest, read_archive
from chaos.compute import words
from chaos.compute.behaviour import SLOW_SECONDS, Behaviour, behaviour_of
from inference import ServedModel
from localcloud.processes import Processes
from localcloud.sagemaker.container import JSON, Script
from localcloud.sagemaker.container_process import ContainerUnavailable, Image, Reply, StartError
from refusals import Refused

_KILLED = 137


class FastContainer:
    """In place of localcloud.sagemaker.container_process.Container."""

    def __init__(self, _processes: Processes, image: Image) -> None:
        self._image = image
        self._ended = threading.Event()
        self._status = 0
        self._script: Script | None = None
        self._behaviour = Behaviour.GOOD

    def wait_ready(self, timeout: float) -> None:  # noqa: ARG002 - it takes no time
        """Load the model; StartError when it is not what training wrote, or will not start."""
        if self._ended.is_set():
            raise StartError("the container was ended")
        try:
            check_digest(self._image.model, self._image.environment)
            run_id = read_archive(self._image.model)["run_id"]
            self._script = Script(cast(ModuleType, self._functions()), self._image.model)
        except (Refused, OSError, ValueError) as error:
            self._end(1)
            raise StartError(str(error)) from error
        self._log(f"serves {run_id}, without a process of its own")
        self._behaviour = behaviour_of(run_id)
        if self._behaviour is Behaviour.UNSTARTABLE:
            self._end(1)
            raise StartError("the container was told to end (chaos/compute/behaviour.py)")

    def post(self, body: bytes, headers: Mapping[str, str], timeout: float) -> Reply:
        """One invocation; ContainerUnavailable once it has ended, TimeoutError after `timeout` seconds."""
        if self._behaviour is Behaviour.CRASHING:
            self._end(_KILLED)
        if self._script is None or self._ended.is_set():
            raise ContainerUnavailable("the container has ended")
        if self._behaviour is Behaviour.SLOW:
            time.sleep(min(SLOW_SECONDS, timeout))
            if timeout <= SLOW_SECONDS:
                raise TimeoutError
        given = {name.lower(): value for name, value in headers.items()}
        accept = given.get("accept", JSON)
        try:
            reply = self._script.answer(
                body, given.get("content-type", JSON), JSON if "*/*" in accept else accept
            )
        except Exception:  # as container.Connection does: whatever a script raises is a 500
            return Reply(HTTPStatus.INTERNAL_SERVER_ERROR, {}, b"Internal Server Error")
        return Reply(reply.status, {"content-type": reply.content_type}, reply.body)

    def wait(self) -> int:
        """The exit status, once it has ended."""
        self._ended.wait()
        return self._status

    def stop(self, grace: float = 2.0) -> None:  # noqa: ARG002 - it needs none
        """End it."""
        self._end(0)

    def _end(self, status: int) -> None:
        if not self._ended.is_set():
            self._status = status
            self._ended.set()

    def _log(self, line: str) -> None:
        """As a container does, so that its role's right to have logs is needed."""
        self._image.log.parent.mkdir(parents=True, exist_ok=True)
        with self._image.log.open("a") as log:
            print(line, file=log)

    def _functions(self) -> SimpleNamespace:
        """The inference script, with a model_fn for models of counted words."""
        return SimpleNamespace(
            __name__="inference",
            model_fn=self._load,
            input_fn=inference.input_fn,
            predict_fn=inference.predict_fn,
            output_fn=inference.output_fn,
        )

    def _load(self, folder: str) -> ServedModel:
        document: dict[str, Any] = read_archive(Path(folder))
        version = self._image.environment.get("MODEL_VERSION") or document["version"]
        identity = {"version": version, "run_id": document["run_id"], "algorithm": document["algorithm"]}
        weights = words.load(Path(folder))
        return ServedModel(words, weights, document["labels"], document["thresholds"], identity)
