"""The record of a training job: what it accepts and how it moves."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from localcloud.awsjson import Request, ServiceError
from localcloud.sagemaker.events import Events
from localcloud.sagemaker.settings import Settings
from localcloud.sagemaker.tagged_store import TaggedStore
from localcloud.sagemaker.training_jobs import TrainingJobs, check
from localcloud.store import Document

PARAMETERS: dict[str, Any] = {
    "TrainingJobName": "job",
    "RoleArn": "arn:aws:iam::000000000000:role/training",
    "AlgorithmSpecification": {"TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    "Tags": [{"Key": "run_id", "Value": "r"}],
}


class Run:
    """A run that waits to be told, instead of working."""

    def __init__(self, job: Document, enter: Any) -> None:
        self.job, self.enter, self.stopped = job, enter, threading.Event()

    def run(self, slots: threading.Semaphore) -> None:
        """Leave the work to the test."""

    def stop(self) -> None:
        """Remember that it was asked."""
        self.stopped.set()


class Bench:
    """Training jobs whose runs and events a test can look at."""

    def __init__(self, quota: int = 10) -> None:
        self.runs: list[Run] = []
        self.events: list[Mapping[str, Any]] = []
        store = TaggedStore()
        events = Events(self._emit, store.tags)
        self.jobs = TrainingJobs(store, events, Settings(job_quota=quota), self._start)  # type: ignore[arg-type]

    def call(self, action: str, **changes: Any) -> dict[str, Any]:
        """One API call."""
        request = Request(action, {**PARAMETERS, **changes}, "000000000000", "us-east-1")
        answer: dict[str, Any] = getattr(self.jobs, action)(request)
        return answer

    def _start(self, job: Document, enter: Any) -> Run:
        self.runs.append(Run(job, enter))
        return self.runs[-1]

    def _emit(self, _source: str, _type: str, detail: Mapping[str, Any], _resources: Sequence[str]) -> str:
        self.events.append(detail)
        return "id"


def test_a_job_moves_through_its_steps_and_each_is_an_event() -> None:
    bench = Bench()
    bench.call("create")

    for step in ("Downloading", "Training", "Uploading", "Completed"):
        bench.runs[0].enter(step)

    job = bench.call("describe")
    steps = [step["Status"] for step in job["SecondaryStatusTransitions"]]
    assert steps == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert [event["SecondaryStatus"] for event in bench.events] == steps
    assert all("EndTime" in step for step in job["SecondaryStatusTransitions"])
    assert job["TrainingJobStatus"] == "Completed"
    assert "Tags" not in job
    assert bench.events[0]["Tags"] == {"run_id": "r"}


def test_a_job_that_has_ended_moves_no_more() -> None:
    bench = Bench()
    bench.call("create")
    bench.runs[0].enter("Failed", FailureReason="why")

    assert bench.runs[0].enter("Completed") is None
    with pytest.raises(ServiceError, match="rejected because the training job is in status Failed"):
        bench.call("stop")
    assert bench.call("describe")["FailureReason"] == "why"
    assert not bench.runs[0].stopped.is_set()


@pytest.mark.parametrize("last", ["Completed", "Stopped"])
def test_a_job_asked_to_stop_ends_stopped_even_if_it_had_just_finished(last: str) -> None:
    bench = Bench()
    bench.call("create")

    bench.call("stop")
    bench.runs[0].enter("Uploading")
    bench.runs[0].enter(last)

    job = bench.call("describe")
    assert bench.runs[0].stopped.is_set()
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert [step["Status"] for step in job["SecondaryStatusTransitions"]] == [
        "Starting",
        "Stopping",
        "Stopped",
    ]


def test_many_callers_create_a_job_once() -> None:
    bench, created = Bench(), []

    def create() -> None:
        try:
            created.append(bench.call("create"))
        except ServiceError as error:
            assert error.code == "ResourceInUse"

    threads = [threading.Thread(target=create) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(created) == 1


def test_over_the_quota_is_a_limit_and_a_finished_job_makes_room() -> None:
    bench = Bench(quota=1)
    bench.call("create")

    with pytest.raises(ServiceError, match="ResourceLimitExceeded"):
        bench.call("create", TrainingJobName="next")
    bench.runs[0].enter("Completed")

    bench.call("create", TrainingJobName="next")


CHANNEL = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix"}}}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"EnableManagedSpotTraining": True}, "Invalid MaxWaitTimeInSeconds"),
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}},
            "can only be set when EnableManagedSpotTraining",
        ),
        ({"InputDataConfig": [CHANNEL | {"InputMode": "Pipe"}]}, "Channel train"),
        ({"CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/data"}}, "under /opt/ml only"),
        ({"CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/opt/ml/../x"}}, "under /opt/ml only"),
    ],
)
def test_what_cannot_be_done_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ServiceError, match=sentence):
        check({**PARAMETERS, **changes})
