"""Training jobs: AWS's own toolkit runs the script of a source directory."""

import io
import json
import os
import signal
import tarfile
import time
from collections.abc import Mapping
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.integration.localcloud_sagemaker.aws import ROOT, Aws, archive

TRAIN = """
import argparse, os, pathlib, sys
parser = argparse.ArgumentParser()
parser.add_argument("--greeting")
greeting = parser.parse_known_args()[0].greeting
channel = pathlib.Path(os.environ["SM_CHANNEL_TRAIN"])
names = sorted(path.name for path in channel.iterdir())
print("accuracy=0.5;")
print("accuracy=0.75;")
print("role sees", os.environ["TRAINING_JOB_NAME"])
pathlib.Path(os.environ["SM_MODEL_DIR"], "greeting.txt").write_text(greeting + " " + ",".join(names))
pathlib.Path(os.environ["SM_OUTPUT_DATA_DIR"], "test.jsonl").write_text("{}\\n")
checkpoints = pathlib.Path(os.environ["SM_MODEL_DIR"]).parent / "checkpoints"
if checkpoints.is_dir():
    epochs = [int(path.name) for path in checkpoints.iterdir()]
    (checkpoints / str(max(epochs, default=0) + 1)).write_text("x")
"""

RAISES = "def main():\n    raise ValueError('the labels are all the same')\nmain()\n"
REFUSES = """
import os, pathlib, sys
pathlib.Path(os.environ["SM_OUTPUT_DIR"], "failure").write_text("The training data holds one label only.")
sys.exit(1)
"""
SLEEPS = """
import os, pathlib, signal, sys, time
def save(*_):
    pathlib.Path(os.environ["SM_MODEL_DIR"], "saved.txt").write_text("in time")
    sys.exit(0)
signal.signal(signal.SIGTERM, save)
print("sleeping as", os.getpid(), flush=True)
time.sleep(60)
"""
STUBBORN = SLEEPS.replace(
    "signal.signal(signal.SIGTERM, save)", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
)


def test_a_job_trains_on_its_channels_and_packs_model_and_output(aws: Aws) -> None:
    aws.put("data/train/b.parquet", b"2")
    aws.put("data/train/a.parquet", b"1")

    job = _end(aws, _start(aws, "trains", TRAIN))

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Completed", "Completed"), job
    uri = f"s3://{aws.bucket}/out/trains/output"
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"{uri}/model.tar.gz"
    assert _members(aws.get(f"{uri}/model.tar.gz")) == {"greeting.txt": "hello a.parquet,b.parquet"}
    assert _members(aws.get(f"{uri}/output.tar.gz")) == {"test.jsonl": "{}\n"}
    assert [(m["MetricName"], m["Value"]) for m in job["FinalMetricDataList"]] == [("accuracy", 0.75)]
    steps = [step["Status"] for step in job["SecondaryStatusTransitions"]]
    assert steps == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert job["BillableTimeInSeconds"] >= 1


def test_every_transition_is_an_event_with_the_whole_job_in_it(aws: Aws) -> None:
    queue = aws.event_queue()
    _end(aws, _start(aws, "told", TRAIN))

    events = aws.events(queue, "SageMaker Training Job State Change", "training-job/told")

    # EventBridge promises no order
    steps = {event["detail"]["SecondaryStatus"]: event["detail"] for event in events}
    assert len(events) == len(steps)
    assert set(steps) == {"Starting", "Downloading", "Training", "Uploading", "Completed"}
    detail = steps["Completed"]
    assert detail["HyperParameters"]["greeting"] == "hello"
    assert detail["Tags"] == {"run_id": "told-1"}
    assert abs(detail["TrainingEndTime"] / 1000 - time.time()) < 60, "milliseconds"
    golden = json.loads((ROOT / "events/sagemaker_training_job_completed.json").read_text())["detail"]
    assert _shape(detail) == _shape(golden)


def test_the_log_is_in_cloudwatch(aws: Aws) -> None:
    _end(aws, _start(aws, "logged", TRAIN))

    found = aws.client("logs").filter_log_events(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix="logged/"
    )

    assert "role sees logged" in [event["message"] for event in found["events"]]


def test_a_role_that_may_not_log_has_no_log(aws: Aws) -> None:
    role = aws.role_with({"Action": "s3:*", "Resource": "*"})

    job = _end(aws, _start(aws, "silent", TRAIN, RoleArn=role))

    logs = aws.client("logs")
    groups = logs.describe_log_groups(logGroupNamePrefix="/aws/sagemaker/TrainingJobs")["logGroups"]
    streams = [
        stream["logStreamName"]
        for group in groups
        for stream in logs.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]
    ]
    assert job["TrainingJobStatus"] == "Completed"
    assert not [name for name in streams if name.startswith("silent/")]


@pytest.mark.parametrize(
    ("name", "script", "reason"),
    [
        ("raises", RAISES, "AlgorithmError: ValueError: the labels are all the same, exit code: 1"),
        ("refuses", REFUSES, "AlgorithmError: The training data holds one label only., exit code: 1"),
    ],
)
def test_a_script_that_fails_says_why_in_the_failure_reason(
    aws: Aws, name: str, script: str, reason: str
) -> None:
    job = _end(aws, _start(aws, name, script))

    assert (job["TrainingJobStatus"], job["FailureReason"]) == ("Failed", reason)
    assert "ModelArtifacts" not in job


def test_a_killed_script_fails_the_job_and_says_so(aws: Aws) -> None:
    name = _start(aws, "killed", SLEEPS)
    os.kill(_script_pid(aws, name), signal.SIGKILL)

    job = _end(aws, name)

    assert job["TrainingJobStatus"] == "Failed"
    assert "killed by SIGKILL" in job["FailureReason"]
    assert job["FailureReason"].endswith("exit code: 137")


def test_a_stopped_job_may_save_its_model_first(aws: Aws) -> None:
    name = _start(aws, "stopped", SLEEPS)
    _script_pid(aws, name)

    aws.client("sagemaker").stop_training_job(TrainingJobName=name)
    job = _end(aws, name)

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert _members(aws.get(job["ModelArtifacts"]["S3ModelArtifacts"])) == {"saved.txt": "in time"}
    with pytest.raises(ClientError, match="rejected because the training job is in status Stopped"):
        aws.client("sagemaker").stop_training_job(TrainingJobName=name)


def test_a_job_over_its_time_is_ended_even_when_it_will_not(aws: Aws) -> None:
    name = _start(aws, "overtime", STUBBORN, StoppingCondition={"MaxRuntimeInSeconds": 4})
    script = _script_pid(aws, name)

    job = _end(aws, name)

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert job["TrainingTimeInSeconds"] < 20
    assert _ended(script)


def test_checkpoints_come_back_in_the_next_job(aws: Aws) -> None:
    spot: dict[str, Any] = {
        "EnableManagedSpotTraining": True,
        "CheckpointConfig": {"S3Uri": f"s3://{aws.bucket}/checkpoints", "LocalPath": "/opt/ml/checkpoints"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
    }
    aws.put("checkpoints/1", b"x")

    job = _end(aws, _start(aws, "resumes", TRAIN, **spot))

    assert job["TrainingJobStatus"] == "Completed", job
    assert aws.get(f"s3://{aws.bucket}/checkpoints/2") == b"x"


def test_a_channel_without_objects_and_a_role_without_permission_fail_the_job(aws: Aws) -> None:
    nothing = _end(aws, _start(aws, "no-data", TRAIN, prefix="nowhere/"))
    write_only = aws.role_with({"Action": "s3:PutObject", "Resource": "*"})
    forbidden = _end(aws, _start(aws, "forbidden", TRAIN, RoleArn=write_only))

    assert "ClientError: No S3 objects found under S3 URL" in nothing["FailureReason"]
    assert "AccessDenied" in forbidden["FailureReason"]


def test_a_name_is_used_once_and_a_quota_holds(aws: Aws) -> None:
    names = [_start(aws, f"busy-{number}", SLEEPS) for number in range(3)]

    with pytest.raises(ClientError, match="ResourceInUse") as taken:
        _start(aws, names[0], SLEEPS)
    with pytest.raises(ClientError, match="ResourceLimitExceeded"):
        _start(aws, "one-too-many", SLEEPS)
    for name in names:
        aws.client("sagemaker").stop_training_job(TrainingJobName=name)

    assert "already exists" in str(taken.value)
    assert [_end(aws, name)["TrainingJobStatus"] for name in names] == ["Stopped"] * 3


def test_iam_is_asked_for_the_job_the_role_and_the_tags(aws: Aws) -> None:
    jobs = "arn:aws:sagemaker:us-east-1:000000000000:training-job/*"
    create = {"Action": "sagemaker:CreateTrainingJob", "Resource": jobs}
    passing = {"Action": "iam:PassRole", "Resource": aws.role}
    tagging = {"Action": "sagemaker:AddTags", "Resource": jobs}

    assert "iam:PassRole" in _denial(aws.user_with(create, tagging))
    assert "sagemaker:AddTags" in _denial(aws.user_with(create, passing))
    assert "sagemaker:CreateTrainingJob" in _denial(aws.user_with(passing, tagging))


def _shape(detail: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an event's detail and what kind of value each has."""
    steps = {step["Status"]: set(step) for step in detail["SecondaryStatusTransitions"]}
    return {name: type(value) for name, value in detail.items()} | {"steps": steps}


def _denial(caller: Aws) -> str:
    with pytest.raises(ClientError) as error:
        _submit(caller, "never", f"s3://{caller.bucket}/unread")
    assert error.value.response["Error"]["Code"] == "AccessDeniedException"
    return str(error.value)


def _start(aws: Aws, name: str, script: str, prefix: str = "data/train/", **changes: Any) -> str:
    aws.put("data/train/a.parquet", b"1")
    source = aws.put(f"code/{name}.tar.gz", archive({"train.py": script}))
    return _submit(aws, name, source, prefix, **changes)


def _submit(aws: Aws, name: str, source: str, prefix: str = "", **changes: Any) -> str:
    channel = {
        "S3DataSource": {
            "S3DataType": "S3Prefix",
            "S3Uri": f"s3://{aws.bucket}/{prefix}",
            "S3DataDistributionType": "FullyReplicated",
        }
    }
    request: dict[str, Any] = {
        "TrainingJobName": name,
        "RoleArn": aws.role,
        "AlgorithmSpecification": {
            "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "accuracy", "Regex": "accuracy=([0-9.]+);"}],
        },
        "HyperParameters": {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": source,
            "sagemaker_region": "us-east-1",
            "greeting": "hello",
        },
        "InputDataConfig": [{"ChannelName": "train", "DataSource": channel}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{aws.bucket}/out/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        "Tags": [{"Key": "run_id", "Value": f"{name}-1"}],
    }
    aws.client("sagemaker").create_training_job(**request | changes)
    return name


def _end(aws: Aws, name: str) -> Mapping[str, Any]:
    describe = aws.client("sagemaker").describe_training_job
    terminal = ("Completed", "Failed", "Stopped")
    return aws.until(lambda: describe(TrainingJobName=name), "TrainingJobStatus", *terminal)


def _script_pid(aws: Aws, name: str) -> int:
    """The process id that the script printed, once it has."""
    log = aws.state / "logs" / "sagemaker" / "training" / f"{name}.log"
    deadline = time.monotonic() + 30
    while not (found := [line for line in _lines(log) if line.startswith("sleeping as")]):
        assert time.monotonic() < deadline, _lines(log)
        time.sleep(0.05)
    return int(found[0].split()[-1])


def _ended(pid: int) -> bool:
    """Whether it is gone, or only waits for this machine's init to collect it."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def _lines(log: Any) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def _members(body: bytes) -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        return {m.name: tar.extractfile(m).read().decode() for m in tar if m.isfile()}  # type: ignore[union-attr]
