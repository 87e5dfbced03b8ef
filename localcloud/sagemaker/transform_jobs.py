"""Transform jobs: Create, Describe, List, Stop."""

import threading
from collections.abc import Callable
from typing import Any

from localcloud.awsjson import Request, ServiceError, action
from localcloud.sagemaker.events import Events
from localcloud.sagemaker.listing import page
from localcloud.sagemaker.models import Models
from localcloud.sagemaker.settings import Settings
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.sagemaker.transform_run import Finish, TransformRun
from localcloud.store import Document, now

KIND = "TransformJob"
ARN = "arn:aws:sagemaker:{region}:{account}:transform-job/{TransformJobName}"
_SUMMARY = (
    "TransformJobName",
    "TransformJobArn",
    "CreationTime",
    "TransformEndTime",
    "LastModifiedTime",
    "TransformJobStatus",
    "FailureReason",
)
_OPEN = ("InProgress", "Stopping")
_MAX_IN_FLIGHT_MB = 100

StartRun = Callable[[Document, Document, Finish], TransformRun]
"""(job, model, finish) -> the run that does the job's work"""


class TransformJobs:
    """Every transform job of the cloud."""

    def __init__(
        self,
        store: TaggedStore,
        events: Events,
        settings: Settings,
        models: Models,
        start: StartRun,
    ) -> None:
        self._store, self._events = store, events
        self._settings, self._models, self._start = settings, models, start
        self._slots = threading.Semaphore(settings.parallel_jobs)
        self._runs: dict[str, TransformRun] = {}
        self._lock = threading.Lock()

    @action("CreateTransformJob", ARN)
    def create(self, request: Request) -> dict[str, Any]:
        """Accept a job and start its work."""
        check(request.parameters)
        model = self._models.find(request)
        job = _document(request)
        name, arn = job["TransformJobName"], job["TransformJobArn"]
        run = self._start(job, model, lambda status, **changes: self._finish(name, status, changes))
        with self._lock:
            if self._store.find(KIND, name):
                raise ServiceError(
                    "ResourceInUse",
                    "Job name must be unique within an AWS account and region, and a job with this name "
                    f"already exists ({arn})",
                )
            self._check_quota()
            self._store.add(KIND, name, job)
            self._runs[name] = run
        self._store.tags.register(arn, request)
        self._events.transform_job(job)
        thread = threading.Thread(
            target=run.run, args=(self._slots, lambda: self._begin(name)), name=arn, daemon=True
        )
        thread.start()
        return {"TransformJobArn": arn}

    @action("DescribeTransformJob", ARN)
    def describe(self, request: Request) -> dict[str, Any]:
        """Everything about a job."""
        return self._find(request)

    @action("ListTransformJobs")
    def list_all(self, request: Request) -> dict[str, Any]:
        """Summaries of the jobs."""
        return page(request, "TransformJobSummaries", KIND, self._store.all(KIND), _SUMMARY)

    @action("StopTransformJob", ARN)
    def stop(self, request: Request) -> dict[str, Any]:
        """Ask a running job to end."""
        name = self._find(request)["TransformJobName"]

        def edit(job: Document) -> bool:
            if job["TransformJobStatus"] != "InProgress":
                return False
            job.update(TransformJobStatus="Stopping", LastModifiedTime=now())
            return True

        job = self._store.change(KIND, name, edit)
        if job is None:
            status = self._find(request)["TransformJobStatus"]
            sentence = f"The request was rejected because the transform job is in status {status}."
            raise ServiceError("ValidationException", sentence)
        self._events.transform_job(job)
        with self._lock:
            self._runs[name].stop()
        return {}

    def _begin(self, name: str) -> None:
        self._store.change(KIND, name, lambda job: job.update(TransformStartTime=now()))

    def _finish(self, name: str, status: str, changes: dict[str, Any]) -> None:
        def edit(job: Document) -> None:
            stopped = job["TransformJobStatus"] == "Stopping" and status == "Completed"
            at = now()
            job.update(
                changes,
                TransformJobStatus="Stopped" if stopped else status,
                TransformEndTime=at,
                LastModifiedTime=at,
            )

        if job := self._store.change(KIND, name, edit):
            self._events.transform_job(job)

    def _find(self, request: Request) -> Document:
        name = request.parameters["TransformJobName"]
        job = self._store.find(KIND, name)
        if job is None:
            sentence = f"Could not find requested job with name: {name}"
            raise ServiceError("ValidationException", sentence)
        return job

    def _check_quota(self) -> None:
        busy = sum(job["TransformJobStatus"] in _OPEN for job in self._store.all(KIND))
        if busy >= self._settings.job_quota:
            raise ServiceError(
                "ResourceLimitExceeded",
                f"The account-level service limit 'Number of transform jobs' is {self._settings.job_quota}, "
                f"with current utilization of {busy}.",
            )


def check(parameters: dict[str, Any]) -> None:
    """Refuse what this cloud cannot do, rather than do something else."""
    source, processing = parameters["TransformInput"], parameters.get("DataProcessing", {})
    if source["DataSource"]["S3DataSource"]["S3DataType"] != "S3Prefix":
        _refuse("stages an S3Prefix only")
    if source.get("SplitType", "None") not in ("None", "Line"):
        _refuse("splits by Line only")
    if any(processing.get(name, "$") != "$" for name in ("InputFilter", "OutputFilter")):
        _refuse("has no InputFilter and no OutputFilter")
    if parameters.get("MaxConcurrentTransforms", 1) * parameters.get("MaxPayloadInMB", 6) > _MAX_IN_FLIGHT_MB:
        _refuse(
            f"holds at most {_MAX_IN_FLIGHT_MB} MB of MaxConcurrentTransforms * MaxPayloadInMB, as AWS does,"
        )
    if processing.get("JoinSource", "None") == "Input" and source.get("SplitType", "None") != "Line":
        _refuse("joins records split by Line only")


def _refuse(what: str) -> None:
    raise ServiceError("ValidationException", f"The local cloud {what} in transform jobs.")


def _document(request: Request) -> Document:
    at = now()
    asked = {key: value for key, value in request.parameters.items() if key != "Tags"}
    return {
        **asked,
        "TransformJobArn": ARN.format(**asked, region=request.region, account=request.account),
        "TransformJobStatus": "InProgress",
        "CreationTime": at,
        "LastModifiedTime": at,
    }
