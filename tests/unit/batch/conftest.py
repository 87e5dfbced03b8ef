"""A batch bucket, a topic with a queue behind it, and both functions under the golden events' account."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from mypy_boto3_s3 import S3Client
from mypy_boto3_sqs import SQSClient

from functions.finish_transform import app as finish_transform
from functions.start_transform import app as start_transform
from marquee import clients
from marquee.batches import Batch, BatchLedger
from marquee.ledger import Champion
from marquee.settings import load
from tests.unit.champions import seed_champion

EVENTS = Path(__file__).parents[3] / "events"
BUCKET = "marquee-dev-batch-123456789012-us-east-1"
CHAMPION = Champion("films-7d1f0c9a2b", "films-7d1f0c9a2b", "3", "config", 0.92, "2026-11-22T17:00:00.000Z")


def golden(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


@cache
def sqs() -> SQSClient:
    return boto3.client("sqs", region_name="us-east-1")


@dataclass
class Cloud:
    """What a test looks at."""

    s3: S3Client
    table: str
    queue: str

    @property
    def ledger(self) -> BatchLedger:
        return BatchLedger(self.table)

    def promote(self, champion: Champion = CHAMPION) -> None:
        seed_champion(self.table, champion)

    def drop(self, content: bytes | str, name: str = "reviews.csv", sequencer: str = "01") -> dict[str, Any]:
        """Put a file under `batch/in/` and return the event S3 would send."""
        body = content.encode() if isinstance(content, str) else content
        key = f"batch/in/{name}"
        etag = self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)["ETag"].strip('"')
        event = golden("s3_batch_object_created")
        event["detail"]["object"] |= {"key": key, "etag": etag, "size": len(body), "sequencer": sequencer}
        return event

    def start(self, event: dict[str, Any]) -> Batch:
        """Run start_transform and return the newest batch."""
        start_transform.handler(event, None)
        return self.ledger.batches(1)[0]

    def transform(self, batch: Batch, change: Callable[[list[str]], list[str]] = list) -> None:
        """Do a transform job's work with a model that knows two words; `change` spoils it."""
        lines = self.read(f"batch/work/{batch.batch_id}/input.jsonl").splitlines()
        answers = change([json.dumps(judged(json.loads(line))) for line in lines])
        key = f"batch/work/{batch.batch_id}/output/input.jsonl.out"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body="".join(f"{answer}\n" for answer in answers).encode())

    def finish(self, batch: Batch, state: str = "completed") -> Batch:
        """Run finish_transform and return the batch."""
        event = golden(f"sagemaker_transform_job_{state}")
        event["detail"]["TransformJobName"] = f"marquee-dev-{batch.batch_id}"
        finish_transform.handler(event, None)
        return self.ledger.get(batch.batch_id)

    def read(self, key: str) -> str:
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()

    def keys(self, prefix: str = "") -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [item["Key"] for item in listed.get("Contents", [])]

    def notices(self) -> list[dict[str, Any]]:
        """Take the notices that arrived."""
        messages = sqs().receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in messages.get("Messages", [])]


def judged(review: dict[str, str]) -> dict[str, Any]:
    label = "negative" if "bad" in review["text"] else "positive" if review["text"] else "neutral"
    score = {"negative": 0.875, "positive": 0.125, "neutral": 0.5}[label]
    scores = {"negative": score, "positive": 1 - score}
    return {"id": review["id"], "label": label, "confidence": max(scores.values()), "scores": scores}


@pytest.fixture
def cloud(table: str, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    s3 = clients.s3()
    s3.create_bucket(Bucket=BUCKET)
    topic = clients.sns().create_topic(Name="marquee-dev-notices")["TopicArn"]
    queue = sqs().create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs().get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    clients.sns().subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    for name, value in {
        "STAGE": "dev",
        "LEDGER_TABLE": table,
        "NOTICES_TOPIC_ARN": topic,
        "TRANSFORM_INSTANCE_TYPE": "ml.m5.large",
        "START_TRANSFORM_FUNCTION": "start_transform",
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "test",
    }.items():
        monkeypatch.setenv(name, value)
    load.cache_clear()
    return Cloud(s3, table, queue)
