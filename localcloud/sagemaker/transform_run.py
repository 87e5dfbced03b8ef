"""One transform job at work: a container of its own, asked about every record of every input object."""

import gzip
import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, cast

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from localcloud import objects
from localcloud.awsjson import ServiceError
from localcloud.sagemaker.compute import RunningContainer
from localcloud.sagemaker.container_logs import TRANSFORM_JOBS, instance_id
from localcloud.sagemaker.container_process import (
    SERVICE,
    ContainerUnavailable,
    StartError,
    prepare,
)
from localcloud.sagemaker.hosting import Hosting
from localcloud.sagemaker.transform_records import RecordError, assemble, join, requests
from localcloud.store import Document, now

log = logging.getLogger(__name__)

Finish = Callable[..., object]
"""(status, **changes of the job): the job ends, and an event says so."""

_INVOCATION_SECONDS = 600
"""ModelClientConfig.InvocationsTimeoutInSeconds when it is not given."""


class Stopped(Exception):
    """StopTransformJob was called."""


class ModelRefused(Exception):
    """The model did not answer a request with 200."""


class TransformRun:
    """The work of one job. `finish` is told how it ended; `stop` may be called at any time."""

    def __init__(self, hosting: Hosting, job: Document, model: Document, finish: Finish) -> None:
        self._cloud, self._settings, self._logs = hosting.cloud, hosting.settings, hosting.logs
        self._job, self._model = job, model
        self._finish = finish
        self._stop = threading.Event()
        self._name = f"transform/{job['TransformJobName']}"
        self._folder = self._cloud.config.state / "sagemaker" / "transform" / job["TransformJobName"]

    def stop(self) -> None:
        """Ask the job to end before its next request."""
        self._stop.set()

    def run(self, slots: threading.Semaphore, begin: Callable[[], object]) -> None:
        """Take the job to a terminal status, whatever happens; `begin` is called when it gets its turn."""
        with slots:
            begin()
            try:
                self._work()
                self._finish("Completed")
            except Stopped:
                self._finish("Stopped")
            except (ModelRefused, ContainerUnavailable, StartError, TimeoutError) as error:
                self._fail(f"AlgorithmError: {error or 'the model did not answer in time'}")
            except (RecordError, ServiceError, ClientError, BotoCoreError, ValueError) as error:
                self._fail(f"ClientError: {error}")
            except Exception as error:  # the job must end, and say so, whatever it was
                log.exception("transform job %s", self._name)
                self._fail(f"InternalServerError: {type(error).__name__}: {error}")
            finally:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _fail(self, reason: str) -> None:
        self._finish("Failed", FailureReason=reason)

    def _work(self) -> None:
        role = self._model["ExecutionRoleArn"]
        session = self._cloud.roles.session(role, SERVICE)
        source = self._job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
        keys = [key for key, _ in objects.list_keys(session, source) if not key.endswith("/")]
        if not keys:
            raise RecordError(f'No S3 objects found under S3 URL "{source}" given in input data source.')
        image = prepare(self._cloud, self._model, self._name, self._environment())
        stream = f"{self._job['TransformJobName']}/{instance_id()}-{round(now() * 1000)}"
        output = self._logs.follow(role, image.log, TRANSFORM_JOBS, stream)
        container = self._settings.compute.container(self._cloud.processes, image)
        try:
            container.wait_ready(self._settings.startup_timeout)
            for key in keys:
                self._transform(session, container, source, key)
        finally:
            container.stop()
            self._logs.end(output)
            image.remove()

    def _transform(self, session: boto3.Session, container: RunningContainer, source: str, key: str) -> None:
        bucket, prefix = objects.split_uri(source)
        relative = key.removeprefix(prefix[: prefix.rfind("/") + 1])
        incoming = objects.download_file(session, f"s3://{bucket}/{key}", self._folder / "in")
        outgoing = self._folder / "out"
        with self._open(incoming) as lines, outgoing.open("wb") as stream:
            for answer in self._answers(container, lines):
                stream.write(answer)
        target = self._job["TransformOutput"]["S3OutputPath"].rstrip("/")
        objects.upload_file(session, outgoing, f"{target}/{relative}.out")

    def _open(self, path: Path) -> IO[bytes]:
        if self._job["TransformInput"].get("CompressionType", "None") == "Gzip":
            return cast(IO[bytes], gzip.open(path, "rb"))
        return path.open("rb")

    def _answers(self, container: RunningContainer, lines: IO[bytes]) -> Iterator[bytes]:
        """The answers in the order of the records, MaxConcurrentTransforms requests at a time."""
        workers = max(1, self._job.get("MaxConcurrentTransforms", 1))
        pending: deque[Future[bytes]] = deque()
        with ThreadPoolExecutor(workers) as pool:
            for body in requests(lines, self._job):
                if len(pending) == workers:
                    yield pending.popleft().result()
                pending.append(pool.submit(self._ask, container, body))
            while pending:
                yield pending.popleft().result()

    def _ask(self, container: RunningContainer, body: bytes) -> bytes:
        if self._stop.is_set():
            raise Stopped
        client = self._job.get("ModelClientConfig", {})
        reply = container.post(
            body, self._headers(), client.get("InvocationsTimeoutInSeconds", _INVOCATION_SECONDS)
        )
        if reply.status != 200:
            message = reply.body.decode(errors="replace")[:500]
            raise ModelRefused(
                f"the model answered {reply.status} to {len(body)} bytes of records: {message}"
            )
        answer = reply.body
        if self._job.get("DataProcessing", {}).get("JoinSource") == "Input":
            answer = join(body, answer, self._headers()["Content-Type"])
        return assemble(answer, self._job)

    def _headers(self) -> dict[str, str]:
        content_type = self._job["TransformInput"].get("ContentType", "application/json")
        return {"Content-Type": content_type, "Accept": self._job["TransformOutput"].get("Accept", "*/*")}

    def _environment(self) -> dict[str, str]:
        """What AWS adds to the environment of a transform job's container."""
        return {
            **self._job.get("Environment", {}),
            "SAGEMAKER_BATCH": "true",
            "SAGEMAKER_BATCH_STRATEGY": self._job.get("BatchStrategy", "MultiRecord"),
            "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(self._job.get("MaxConcurrentTransforms", 1)),
            "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(self._job.get("MaxPayloadInMB", 6)),
        }
