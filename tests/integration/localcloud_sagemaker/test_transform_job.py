"""Batch transform: the same container, asked about every record of every object."""

import gzip
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.localcloud_sagemaker.aws import Aws

ROWS = [{"id": number, "name": f"n{number}\u2028x"} for number in range(5000)]
LINES = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode()


@pytest.fixture(scope="module")
def model(aws: Aws) -> str:
    """A model that answers a JSON line to each JSON line."""
    return aws.greeter("batch", "hello")


def test_every_line_of_every_object_is_answered_in_order_under_the_same_name(aws: Aws, model: str) -> None:
    aws.put("in/a.jsonl", LINES)
    aws.put("in/sub/b.jsonl", LINES.rstrip(b"\n"))

    job = _end(aws, _start(aws, "whole", model, "in/", MaxConcurrentTransforms=3))

    assert job["TransformJobStatus"] == "Completed", job
    assert job["TransformEndTime"] >= job["TransformStartTime"] >= job["CreationTime"]
    for name in ("a.jsonl.out", "sub/b.jsonl.out"):
        answers = _rows(aws.get(f"s3://{aws.bucket}/out/whole/{name}"))
        assert [(row["id"], row["name"]) for row in answers] == [
            (row["id"], str(row["name"]).upper()) for row in ROWS
        ]
    logs = aws.client("logs").filter_log_events(
        logGroupName="/aws/sagemaker/TransformJobs", logStreamNamePrefix="whole/i-"
    )
    assert any("serving inference.py" in event["message"] for event in logs["events"])


def test_a_compressed_object_is_joined_with_its_answers(aws: Aws, model: str) -> None:
    source = {**_source(aws, "zipped/"), "CompressionType": "Gzip"}
    aws.put("zipped/a.jsonl.gz", gzip.compress(LINES))

    joined = _end(
        aws,
        _start(
            aws, "joined", model, "zipped/", TransformInput=source, DataProcessing={"JoinSource": "Input"}
        ),
    )

    assert joined["TransformJobStatus"] == "Completed", joined
    rows = _rows(aws.get(f"s3://{aws.bucket}/out/joined/a.jsonl.gz.out"))
    assert len(rows) == len(ROWS)
    assert (rows[7]["name"], rows[7]["SageMakerOutput"]["name"]) == (ROWS[7]["name"], "N7\u2028X")


def test_a_record_that_the_model_cannot_take_fails_the_job_without_output(aws: Aws, model: str) -> None:
    aws.put("bad/a.jsonl", b'{"id": 1}\n')

    job = _end(aws, _start(aws, "bad", model, "bad/"))

    assert job["TransformJobStatus"] == "Failed"
    assert "AlgorithmError: the model answered 500" in job["FailureReason"]
    with pytest.raises(ClientError, match="NoSuchKey"):
        aws.get(f"s3://{aws.bucket}/out/bad/a.jsonl.out")


def test_a_container_that_dies_fails_the_job(aws: Aws, model: str) -> None:
    aws.put("deadly/a.jsonl", b'{"id": 1, "name": "x", "die": true}\n')

    job = _end(aws, _start(aws, "deadly", model, "deadly/"))

    assert job["TransformJobStatus"] == "Failed"
    assert "AlgorithmError" in job["FailureReason"]


def test_a_prefix_without_objects_fails_the_job(aws: Aws, model: str) -> None:
    job = _end(aws, _start(aws, "nothing", model, "nothing-here/"))

    assert "No S3 objects found" in job["FailureReason"]


def test_a_stopped_job_ends_stopped_and_its_events_say_so(aws: Aws, model: str) -> None:
    queue = aws.event_queue()
    aws.put("slow/a.jsonl", b'{"id": 1, "name": "x", "sleep": 0.2}\n' * 50)
    name = _start(aws, "halted", model, "slow/", BatchStrategy="SingleRecord")

    aws.client("sagemaker").stop_transform_job(TransformJobName=name)
    job = _end(aws, name)

    assert job["TransformJobStatus"] == "Stopped"
    events = aws.events(queue, "SageMaker Transform Job State Change", "transform-job/halted")
    steps = {event["detail"]["TransformJobStatus"]: event["detail"] for event in events}
    assert len(events) == len(steps)
    assert set(steps) == {"InProgress", "Stopping", "Stopped"}
    assert steps["Stopped"]["Tags"] == {"batch": "halted"}


def test_a_taken_name_and_an_unknown_model_are_refused(aws: Aws, model: str) -> None:
    _end(aws, _start(aws, "once", model, "nothing-here/"))

    with pytest.raises(ClientError, match="ResourceInUse"):
        _start(aws, "once", model, "nothing-here/")
    with pytest.raises(ClientError, match="Could not find model"):
        _start(aws, "twice", "no-such-model", "nothing-here/")


def _source(aws: Aws, prefix: str) -> dict[str, Any]:
    uri = f"s3://{aws.bucket}/{prefix}"
    return {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
        "ContentType": "application/jsonlines",
        "SplitType": "Line",
    }


def _start(aws: Aws, name: str, model: str, prefix: str, **changes: Any) -> str:
    request: dict[str, Any] = {
        "TransformJobName": name,
        "ModelName": model,
        "BatchStrategy": "MultiRecord",
        "MaxPayloadInMB": 1,
        "TransformInput": _source(aws, prefix),
        "TransformOutput": {
            "S3OutputPath": f"s3://{aws.bucket}/out/{name}",
            "Accept": "application/jsonlines",
            "AssembleWith": "Line",
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "Tags": [{"Key": "batch", "Value": name}],
    }
    aws.client("sagemaker").create_transform_job(**request | changes)
    return name


def _end(aws: Aws, name: str) -> Mapping[str, Any]:
    describe = aws.client("sagemaker").describe_transform_job
    terminal = ("Completed", "Failed", "Stopped")
    return aws.until(lambda: describe(TransformJobName=name), "TransformJobStatus", *terminal)


def _rows(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in body.split(b"\n") if line]
