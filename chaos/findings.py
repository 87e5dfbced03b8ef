"""What every service says of a stage: the evidence that the invariants are judged by."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from chaos.stage import Stage
from cli.dead_letters.letters import Letter
from marquee.batches import Batch, BatchStage
from marquee.ledger import Champion, Run
from marquee.ledger.release_lock import ReleaseLock

MOST = 5_000
"""Runs and batches looked at."""


@dataclass(frozen=True)
class Breakage:
    """A promise that was not kept; `run_id` is "" where it is nobody's in particular."""

    run_id: str
    sentence: str
    repeated: int = 0
    """How often a notice that was due came once more: the one thing that a death beside SNS may cause."""
    notice: str = ""
    """Outcome and run of the notices that are too many or too few: "live good-1-0123456789"."""

    def is_excused(self, excuses: Mapping[str, int]) -> bool:
        """Whether it is only of notices of which each has an excuse (chaos.waves.Waves.excuses)."""
        return 0 < self.repeated <= excuses.get(self.notice, 0)


@dataclass
class Evidence:
    """Notices and dead letters add up, for they are taken from their queues; all else is as it is now."""

    runs: dict[str, Run] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    """By key."""
    champion: Champion | None = None
    lease: str = ""
    endpoints: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name to (status, config)."""
    etl_runs: Counter[str] = field(default_factory=Counter)
    training_jobs: Counter[str] = field(default_factory=Counter)
    transform_jobs: Counter[str] = field(default_factory=Counter)
    packages: Counter[str] = field(default_factory=Counter)
    """Versions in the model registry, by what they are described as: "Attempt <attempt_id>"."""
    failed_crawls: list[str] = field(default_factory=list)
    """Of each crawler whose last crawl failed, "crawler/start" of that crawl."""
    executions: list[str] = field(default_factory=list)
    """Those that still run."""
    predictions: dict[str, bytes] = field(default_factory=dict)
    """By id of a batch that is done, what is at its output key; b"" if nothing is."""
    notices: dict[str, dict[str, str]] = field(default_factory=dict)
    """By message id: the message attributes, and `text`."""
    dead_letters: dict[str, str] = field(default_factory=dict)

    def gather(self, stage: Stage) -> None:
        """Ask every service."""
        ledger, batches = stage.account.ledger(), stage.account.batches()
        self.runs = {run.run_id: run for run in ledger.runs(MOST)}
        self.batches = {batch.upload.key: batch for batch in batches.batches(MOST)}
        self.champion = ledger.champion()
        table = stage.account.outputs["LedgerTableName"]
        self.lease = ReleaseLock(table, stage.client("dynamodb")).holder()
        self.predictions = _predictions(stage, self.batches.values())
        self._ask_sagemaker(stage)
        self._ask_glue(stage)
        self._ask_machines(stage)
        for message in taken(stage, stage.account.outputs["InboxQueueUrl"]):
            body = json.loads(message["Body"])
            held = {name: value["Value"] for name, value in body.get("MessageAttributes", {}).items()}
            self.notices[body["MessageId"]] = {**held, "text": body["Message"]}
        for output in ("UndeliveredEventsUrl", "FailedEventsUrl"):
            for message in taken(stage, stage.account.outputs[output]):
                letter = Letter.parse(message, output)
                words = f"for {letter.function or 'nobody known'}, {letter.error}: {letter.payload}"
                self.dead_letters[message["MessageId"]] = words

    def told(self, about: str) -> Counter[str]:
        """How often each outcome of a run or batch was told."""
        return Counter(notice["outcome"] for notice in self.notices.values() if notice.get("run_id") == about)

    def _ask_sagemaker(self, stage: Stage) -> None:
        client = stage.client("sagemaker")
        self.endpoints = {}
        for found in _pages(client, "list_endpoints", "Endpoints"):
            try:
                endpoint = client.describe_endpoint(EndpointName=found["EndpointName"])
            except ClientError:
                continue  # deleted meanwhile
            config = str(endpoint.get("EndpointConfigName"))
            self.endpoints[found["EndpointName"]] = (endpoint["EndpointStatus"], config)
        trained = _pages(client, "list_training_jobs", "TrainingJobSummaries")
        self.training_jobs = Counter(job["TrainingJobName"] for job in trained)
        group = f"marquee-{stage.account.stage}"
        versions = _pages(
            client, "list_model_packages", "ModelPackageSummaryList", ModelPackageGroupName=group
        )
        self.packages = Counter(version.get("ModelPackageDescription", "") for version in versions)
        transformed = _pages(client, "list_transform_jobs", "TransformJobSummaries")
        self.transform_jobs = Counter(job["TransformJobName"] for job in transformed)

    def _ask_glue(self, stage: Stage) -> None:
        client, job = stage.client("glue"), stage.account.outputs["GlueJobName"]
        runs = _pages(client, "get_job_runs", "JobRuns", JobName=job)
        self.etl_runs = Counter(run["Arguments"].get("--attempt_id", "") for run in runs)
        outputs = (stage.account.outputs[f"{which}CrawlerName"] for which in ("Raw", "Curated"))
        last = {name: client.get_crawler(Name=name)["Crawler"].get("LastCrawl", {}) for name in outputs}
        self.failed_crawls = [
            f"{name}/{crawl['StartTime'].isoformat()}"
            for name, crawl in last.items()
            if crawl.get("Status") == "FAILED"
        ]

    def _ask_machines(self, stage: Stage) -> None:
        client = stage.client("stepfunctions")
        self.executions = [
            execution["name"]
            for output in ("PrepareDatasetArn", "ReleaseModelArn")
            for execution in _pages(
                client,
                "list_executions",
                "executions",
                stateMachineArn=stage.account.outputs[output],
                statusFilter="RUNNING",
            )
        ]


def _predictions(stage: Stage, batches: Iterable[Batch]) -> dict[str, bytes]:
    client, found = stage.client("s3"), dict[str, bytes]()
    for batch in batches:
        if batch.stage == BatchStage.DONE:
            try:
                held = client.get_object(Bucket=batch.upload.bucket, Key=batch.output_key)
            except client.exceptions.NoSuchKey:
                found[batch.batch_id] = b""
            else:
                found[batch.batch_id] = held["Body"].read()
    return found


def taken(stage: Stage, queue: str) -> Iterator[dict[str, Any]]:
    """Yield the messages of a queue, each deleted: what was seen is not looked at again."""
    client = stage.client("sqs")
    while messages := client.receive_message(
        QueueUrl=queue,
        MaxNumberOfMessages=10,
        AttributeNames=["SentTimestamp"],
        MessageAttributeNames=["All"],
    ).get("Messages"):
        for message in messages:
            yield message
            client.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def _pages(client: Any, operation: str, key: str, **asked: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator(operation).paginate(**asked):
        yield from page[key]
