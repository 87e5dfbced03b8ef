"""Training jobs: Create, Describe, List, Stop."""

import threading
from collections.abc import Callable
from typing import Any

from localcloud.awsjson import Request, ServiceError, action
from localcloud.sagemaker.events import Events
from localcloud.sagemaker.listing import page
from localcloud.sagemaker.settings import Settings
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.sagemaker.training_run import Enter, TrainingRun
from localcloud.store import Document, now

KIND = "TrainingJob"
ARN = "arn:aws:sagemaker:{region}:{account}:training-job/{TrainingJobName}"
_SUMMARY = (
    "TrainingJobName",
    "TrainingJobArn",
    "CreationTime",
    "TrainingEndTime",
    "LastModifiedTime",
    "TrainingJobStatus",
    "SecondaryStatus",
)

_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Stopping": "Stopping the training job",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}
_TERMINAL = {
    "Completed": "Completed",
    "Failed": "Failed",
    "Stopped": "Stopped",
    "MaxRuntimeExceeded": "Stopped",
}

StartRun = Callable[[Document, Enter], TrainingRun]


class TrainingJobs:
    """Every training job of the cloud; `start` makes the run that does a job's work."""

    def __init__(self, store: TaggedStore, events: Events, settings: Settings, start: StartRun) -> None:
        self._store, self._events = store, events
        self._settings, self._start = settings, start
        self._slots = threading.Semaphore(settings.parallel_jobs)
        self._runs: dict[str, TrainingRun] = {}
        self._lock = threading.Lock()

    @action("CreateTrainingJob", ARN, passes=("RoleArn",))
    def create(self, request: Request) -> dict[str, Any]:
        """Accept a job and start its work."""
        check(request.parameters)
        job = _document(request)
        name, arn = job["TrainingJobName"], job["TrainingJobArn"]
        run = self._start(job, lambda status, **changes: self._enter(name, status, **changes))
        with self._lock:
            if self._store.find(KIND, name):
                raise ServiceError(
                    "ResourceInUse",
                    "Training job names must be unique within an AWS account and region, and a training "
                    f"job with this name already exists ({arn})",
                )
            self._check_quota(job)
            self._store.add(KIND, name, job)
            self._runs[name] = run
        self._store.tags.register(arn, request)
        self._events.training_job(job)
        threading.Thread(
            target=run.run, args=(self._slots,), name=f"training job {name}", daemon=True
        ).start()
        return {"TrainingJobArn": arn}

    @action("DescribeTrainingJob", ARN)
    def describe(self, request: Request) -> dict[str, Any]:
        """Everything about a job."""
        return self._find(request)

    @action("ListTrainingJobs")
    def list_all(self, request: Request) -> dict[str, Any]:
        """Summaries of the jobs."""
        return page(request, "TrainingJobSummaries", KIND, self._store.all(KIND), _SUMMARY)

    @action("StopTrainingJob", ARN)
    def stop(self, request: Request) -> dict[str, Any]:
        """Ask a running job to end."""
        job = self._find(request)
        name = job["TrainingJobName"]
        if self._enter(name, "Stopping") is None:
            status = self._find(request)["TrainingJobStatus"]
            raise ServiceError(
                "ValidationException",
                f"The request was rejected because the training job is in status {status}.",
            )
        with self._lock:
            self._runs[name].stop()
        return {}

    def _enter(self, name: str, secondary: str, **changes: Any) -> Document | None:
        def edit(job: Document) -> bool:
            return _transition(job, secondary, changes)

        job = self._store.change(KIND, name, edit)
        if job:
            self._events.training_job(job)
        return job

    def _find(self, request: Request) -> Document:
        job = self._store.find(KIND, request.parameters["TrainingJobName"])
        if job is None:
            raise ServiceError("ValidationException", "Requested resource not found.")
        return job

    def _check_quota(self, job: Document) -> None:
        busy = [other for other in self._store.all(KIND) if other["TrainingJobStatus"] == "InProgress"]
        if len(busy) >= self._settings.job_quota:
            instance = job["ResourceConfig"].get("InstanceType", "")
            raise ServiceError(
                "ResourceLimitExceeded",
                f"The account-level service limit '{instance} for training job usage' is "
                f"{self._settings.job_quota} Instances, with current utilization of {len(busy)} Instances "
                "and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase "
                "for this quota.",
            )


def check(parameters: dict[str, Any]) -> None:
    """Refuse what AWS refuses beyond its model, and what one machine cannot do."""
    if missing := [name for name in ("AlgorithmSpecification", "ResourceConfig") if name not in parameters]:
        _refuse(f"The local cloud runs training jobs with {' and '.join(missing)} only")
    condition = parameters.get("StoppingCondition", {})
    runtime, wait = condition.get("MaxRuntimeInSeconds", 86400), condition.get("MaxWaitTimeInSeconds")
    if parameters.get("EnableManagedSpotTraining") and (wait is None or wait < runtime):
        _refuse(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to "
            "MaxRuntimeInSeconds"
        )
    if wait is not None and not parameters.get("EnableManagedSpotTraining"):
        _refuse("MaxWaitTimeInSeconds can only be set when EnableManagedSpotTraining is true")
    for channel in parameters.get("InputDataConfig", []):
        source = channel["DataSource"].get("S3DataSource", {})
        if source.get("S3DataType") != "S3Prefix" or channel.get("InputMode", "File") == "Pipe":
            _refuse(f"Channel {channel['ChannelName']}: the local cloud stages files under an S3Prefix only")
    path = parameters.get("CheckpointConfig", {}).get("LocalPath", "/opt/ml/checkpoints")
    if not path.startswith("/opt/ml/") or ".." in path:
        _refuse(f"CheckpointConfig.LocalPath {path}: the local cloud keeps checkpoints under /opt/ml only")


def _refuse(sentence: str) -> None:
    raise ServiceError("ValidationException", sentence)


def _document(request: Request) -> Document:
    at = now()
    asked = {key: value for key, value in request.parameters.items() if key != "Tags"}
    condition = {"MaxRuntimeInSeconds": 86400, **asked.get("StoppingCondition", {})}
    return {
        "EnableNetworkIsolation": False,
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
        **asked,
        "StoppingCondition": condition,
        "TrainingJobArn": ARN.format(**asked, region=request.region, account=request.account),
        "TrainingJobStatus": "InProgress",
        "SecondaryStatus": "Starting",
        "SecondaryStatusTransitions": [_step("Starting", at)],
        "CreationTime": at,
        "LastModifiedTime": at,
    }


def _transition(job: Document, secondary: str, changes: dict[str, Any]) -> bool:
    """Move the job on in place; False when it cannot go there from where it is."""
    at, terminal = now(), secondary in _TERMINAL
    if job["TrainingJobStatus"] in _TERMINAL or (job["TrainingJobStatus"] == "Stopping" and not terminal):
        return False
    if secondary == "Completed" and job["TrainingJobStatus"] == "Stopping":
        secondary = "Stopped"
    steps = job["SecondaryStatusTransitions"]
    steps[-1]["EndTime"] = at
    steps.append({**_step(secondary, at), **({"EndTime": at} if terminal else {})})
    status = _TERMINAL.get(secondary, "Stopping" if secondary == "Stopping" else "InProgress")
    job.update(changes, TrainingJobStatus=status, SecondaryStatus=secondary, LastModifiedTime=at)
    return True


def _step(secondary: str, at: float) -> dict[str, Any]:
    return {"Status": secondary, "StartTime": at, "StatusMessage": _MESSAGES[secondary]}
