"""One training job at work: stage its data, run its script, pack what it made."""

import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from localcloud import logs
from localcloud.awsjson import ServiceError
from localcloud.processes import Command
from localcloud.sagemaker import training_process
from localcloud.sagemaker.images import NoEnvironment, interpreter
from localcloud.sagemaker.settings import Settings
from localcloud.sagemaker.training_process import End, Limits
from localcloud.sagemaker.training_workspace import DataError, Workspace
from localcloud.store import Document, now

if TYPE_CHECKING:
    from localcloud.cloud import Cloud

SERVICE = "sagemaker.amazonaws.com"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"

log = logging.getLogger(__name__)

Enter = Callable[..., Document | None]
"""(secondary status, **changes of the job): the job moves on, and an event says so."""


class TrainingRun:
    """The work of one job. `enter` is told each step; `stop` may be called at any time."""

    def __init__(self, cloud: "Cloud", settings: Settings, job: Document, enter: Enter) -> None:
        self._cloud, self._settings, self._job, self._enter = cloud, settings, job, enter
        self._stop = threading.Event()
        self._name: str = job["TrainingJobName"]
        self._base = cloud.config.state / "sagemaker" / "training" / self._name
        self._log = cloud.config.logs / "sagemaker" / "training" / f"{self._name}.log"

    def stop(self) -> None:
        """Ask the script to end (SIGTERM) and the job to be Stopped."""
        self._stop.set()

    def run(self, slots: threading.Semaphore) -> None:
        """Take the job from Starting to a terminal status, whatever happens."""
        while not slots.acquire(timeout=0.2):
            if self._stop.is_set():
                self._enter("Stopped")
                return
        try:
            self._work()
        except (DataError, NoEnvironment, ServiceError, ClientError, BotoCoreError) as error:
            self._fail(f"ClientError: {error}")
        except Exception as error:  # the job must end, and say so, whatever it was
            log.exception("training job %s", self._name)
            self._fail(f"InternalServerError: {type(error).__name__}: {error}")
        finally:
            slots.release()
            shutil.rmtree(self._base, ignore_errors=True)

    def _fail(self, reason: str) -> None:
        self._enter("Failed", FailureReason=reason, TrainingEndTime=now())

    def _work(self) -> None:
        shutil.rmtree(self._base, ignore_errors=True)
        self._log.unlink(missing_ok=True)
        image = self._job["AlgorithmSpecification"].get("TrainingImage", "")
        python = interpreter(image, self._settings.interpreters)
        self._enter("Downloading")
        session = self._cloud.roles.session(self._job["RoleArn"], SERVICE)
        workspace = Workspace(self._base, self._job)
        workspace.configure()
        workspace.download(session)
        started = now()
        self._enter("Training", TrainingStartTime=started)
        end = self._train(python)
        self._publish_log(session)
        workspace.upload_checkpoints(session)
        self._conclude(workspace, session, end, started)

    def _train(self, python: Path) -> End:
        self._note_instances()
        # A script is stopped as soon as it has begun, if the job was stopped while it waited.
        limits = Limits(self._job["StoppingCondition"]["MaxRuntimeInSeconds"], self._settings.stop_grace)
        command = Command(
            name=f"training job {self._name}",
            arguments=(python, *training_process.TOOLKIT),
            environment=self._environment(python),
            folder=self._base,
            output=self._log,
        )
        return self._settings.compute.train(self._cloud.processes, command, limits, self._stop)

    def _conclude(self, workspace: Workspace, session: boto3.Session, end: End, started: float) -> None:
        finished = now()
        times: dict[str, Any] = {
            "TrainingEndTime": finished,
            "TrainingTimeInSeconds": round(finished - started),
            "BillableTimeInSeconds": max(1, round(finished - started)) * self._instances,
        }
        if end.status != 0 and not end.cause:
            reason = training_process.failure_reason(workspace.failure(), self._log, end.status)
            self._enter("Failed", FailureReason=reason, **times)
            return
        self._enter("Uploading")
        uri = workspace.upload_model(session)
        artifacts = {"ModelArtifacts": {"S3ModelArtifacts": uri}} if uri else {}
        definitions = self._job["AlgorithmSpecification"].get("MetricDefinitions", [])
        metrics = training_process.final_metrics(definitions, self._log, finished)
        self._enter(end.cause or "Completed", **artifacts, **times, FinalMetricDataList=metrics)

    @property
    def _instances(self) -> int:
        return int(self._job["ResourceConfig"].get("InstanceCount", 1))

    def _environment(self, python: Path) -> dict[str, str]:
        region = self._cloud.config.region
        return {
            **self._job.get("Environment", {}),
            **self._cloud.roles.environment(self._job["RoleArn"], SERVICE),
            "AWS_REGION": region,
            "HOME": str(self._base),
            "LANG": "C.UTF-8",
            "PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONUNBUFFERED": "1",
            "SAGEMAKER_BASE_DIR": str(self._base),
            "TMPDIR": str(self._cloud.config.scratch),
            "TRAINING_JOB_ARN": self._job["TrainingJobArn"],
            "TRAINING_JOB_NAME": self._name,
        }

    def _note_instances(self) -> None:
        instance = self._job["ResourceConfig"].get("InstanceType", "")
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a") as stream:
            print(f"{self._instances} x {instance} asked for; here: one process on this machine", file=stream)

    def _publish_log(self, session: boto3.Session) -> None:
        stream = f"{self._name}/algo-1-{int(now())}"
        logs.send(session, LOG_GROUP, stream, self._log.read_text(errors="replace").splitlines())
