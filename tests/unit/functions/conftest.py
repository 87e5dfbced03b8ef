"""The whole pipeline's functions against AWS in memory: moto, and doubles for Glue and SageMaker."""

import importlib
import io
import json
import tarfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest

from marquee import clients, names, settings
from marquee.clock import now
from marquee.identity import run_id_of
from marquee.ledger import Ledger, Run, Stage, Upload
from marquee.releases.champions import promoted
from tests.unit.champions import seed_champion
from tests.unit.marquee.doubles import GlueDouble, Model, SageMakerDouble

EVENTS = Path(__file__).parents[3] / "events"
RAW = "marquee-dev-raw-123456789012-us-east-1"
CURATED = "marquee-dev-curated-123456789012-us-east-1"
MODELS = "marquee-dev-models-123456789012-us-east-1"
ROLE = "arn:aws:iam::123456789012:role/marquee-dev"
GOOD_CSV = b"review,sentiment\n" + b"".join(b"fine %d,pos\ndull %d,neg\n" % (i, i) for i in range(20))
TRUTH = {"fine": "positive", "dull": "negative", "fantastic": "positive", "best": "positive"}


def reader(accuracy: float = 1.0) -> Model:
    """A model that is right on the plain reviews, and on `accuracy` of the numbered ones."""

    def answer(text: str) -> dict[str, float]:
        positive = any(word in text.lower() for word in ("fantastic", "best", "fine"))
        number = text.rsplit(" ", 1)[-1]
        if number.isdigit() and int(number) % 100 >= accuracy * 100:
            positive = not positive
        return {"positive": 0.9, "negative": 0.1} if positive else {"positive": 0.1, "negative": 0.9}

    return answer


class Invocation:
    """What Lambda tells of an invocation."""

    left = 300_000

    def get_remaining_time_in_millis(self) -> int:
        return self.left


class Pipeline:
    """Runs functions by name and plays the services' part between them."""

    def __init__(self, table: str, sagemaker: SageMakerDouble, glue: GlueDouble, queue: str) -> None:
        self.table = table
        self.ledger = Ledger(table)
        self.sagemaker = sagemaker
        self.glue = glue
        self._queue = queue

    def call(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        module = importlib.import_module(f"functions.{function}.app")
        answer: dict[str, Any] = module.handler(event, Invocation())
        json.dumps(answer)  # Lambda answers JSON or nothing
        return answer

    def upload(
        self, content: bytes = GOOD_CSV, key: str = "raw/reviews.csv", sequencer: str = "0A"
    ) -> dict[str, Any]:
        etag = clients.s3().put_object(Bucket=RAW, Key=key, Body=content)["ETag"].strip('"')
        event = golden("s3_raw_object_created") | {"time": now()}
        size = len(content)
        event["detail"]["object"] |= {"key": key, "etag": etag, "size": size, "sequencer": sequencer}
        return event

    def receive(self, **upload: Any) -> dict[str, str]:
        """Upload and receive; the payload of the state machines."""
        run_id = self.call("receive_upload", self.upload(**upload))["run_id"]
        return {"run_id": run_id, "attempt_id": self.ledger.get(run_id).attempt_id}

    def prepare(self, step: dict[str, str]) -> str:
        """Start ETL, and be Glue: write the manifest and succeed."""
        job_run_id = self.call("start_etl", step)["etl_job_run_id"]
        manifest = {
            "rows_in": 40,
            "rows_out": {"train": 30, "validation": 4, "test": 4, "unlabelled": 0},
            "rows_refused": {"duplicate": 2},
            "dataset_digest": "sha256:00",
        }
        key = names.manifest_key(step["attempt_id"])
        clients.s3().put_object(Bucket=CURATED, Key=key, Body=json.dumps(manifest))
        self.glue.finish(job_run_id, "SUCCEEDED")
        return str(job_run_id)

    def train(self, step: dict[str, str], accuracy: float = 1.0, model: Model | None = None) -> str:
        """Start training, and be SageMaker: write the archives and complete."""
        self.call("start_training", etl_event(self.prepare(step), "SUCCEEDED"))
        job = f"marquee-dev-{step['attempt_id']}"
        answer = model or reader(accuracy)
        write_archives(job, accuracy, answer)
        self.sagemaker.answers[job] = answer
        self.sagemaker.finish_job(job)
        return job

    def release(self, step: dict[str, str], roll_back: bool = False) -> list[str]:
        """Walk the release machine as its definition does; the states it passed."""
        passed = ["judge_candidate"]
        if not self.call("judge_candidate", step)["accepted"]:
            self.call("reject_candidate", step)
            return [*passed, "reject_candidate"]
        self.call("register_model", step)
        passed += ["register_model", "try_candidate"]
        tried = self.tried(step)
        if tried["status"] != "passed":
            last = "reject_candidate" if tried["status"] == "rejected" else "fail_run"
            self.call(last, tried)
            return [*passed, last]
        self.call("deploy_model", step)
        if self.sagemaker.endpoint and self.sagemaker.endpoint["EndpointStatus"] != "InService":
            assert self.call("verify_endpoint", step)["status"] == "updating"
            self.sagemaker.settle(roll_back)
        verified = self.call("verify_endpoint", step)
        last = "promote_model" if verified["status"] == "verified" else "fail_run"
        self.call(last, verified)
        return [*passed, "deploy_model", "verify_endpoint", last]

    def tried(self, step: dict[str, str]) -> dict[str, Any]:
        """Walk the trial to its end, and be SageMaker: its endpoint comes up."""
        while (answer := self.call("try_candidate", step))["status"] == "waiting":
            self.sagemaker.settle_trial()
        return answer

    def go_live(self, accuracy: float = 1.0, **upload: Any) -> Run:
        """Take an upload all the way."""
        step = self.receive(**upload)
        job = self.train(step, accuracy)
        self.call("start_release", training_event(job, "completed"))
        self.release(step)
        return self.ledger.get(step["run_id"])

    def crown(self, accuracy: float) -> str:
        """Have a champion as a release leaves it, in a tenth of its time; its run."""
        version, at = str(len(self.sagemaker.packages) + 1), now()
        upload = Upload(RAW, f"raw/r{version}.csv", "e", 1, "0A")
        run_id = run_id_of(upload.bucket, upload.key, upload.etag)
        name = f"marquee-dev-{run_id}"
        facts = {"model_version": version, "endpoint_config": name, "accuracy": accuracy}
        told = {"1-live": {"claimed_at": at, "sent_at": at}}
        run = Run(run_id, upload, at, at, at, stage=Stage.LIVE, facts=facts, notices=told)
        self.ledger.create(run)
        seed_champion(self.table, promoted(run, self.ledger.champion()))
        self.sagemaker.serve(name, version, reader(accuracy))
        return run_id

    def inbox(self) -> list[dict[str, Any]]:
        """Every notice since the last look, as {subject, text, outcome}."""
        notices = []
        while (
            messages := _sqs().receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages")
        ):
            for message in messages:
                body = json.loads(message["Body"])
                attributes = {name: value["Value"] for name, value in body["MessageAttributes"].items()}
                notices.append({"subject": body["Subject"], "text": body["Message"], **attributes})
                _sqs().delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return notices


def golden(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


def etl_event(job_run_id: str, state: str) -> dict[str, Any]:
    detail = {"jobName": "marquee-dev-prepare-dataset", "jobRunId": job_run_id, "state": state}
    return {"id": f"e-{job_run_id}", "detail-type": "Glue Job State Change", "detail": detail}


def training_event(job: str, state: str) -> dict[str, Any]:
    event = golden(f"sagemaker_training_job_{state}")
    event["detail"]["TrainingJobName"] = job
    return event


def write_archives(job: str, accuracy: float, answer: Model) -> None:
    """model.tar.gz and output.tar.gz as a training job leaves them, 100 test rows."""
    evaluation = {"accuracy": accuracy, "f1": accuracy, "rows": {"train": 30, "test": 100}, "auc": None}
    rows = []
    for number in range(100):
        word = "fine" if number % 2 else "dull"
        text = f"{word} {number}"
        rows.append(
            {
                "review_id": f"{number:016x}",
                "review": text,
                "label": TRUTH[word],
                "predicted": "",
                "scores": answer(text),
            }
        )
    lines = "\n".join(json.dumps(row) for row in rows)
    put_archive(
        names.model_archive_key(job),
        {
            "weights.npz": b"\0" * 9999,
            "model.json": json.dumps({"version": job, "files": {}}).encode(),
            "evaluation.json": json.dumps(evaluation).encode(),
        },
    )
    put_archive(names.output_archive_key(job), {"test.jsonl": lines.encode()})


def put_archive(key: str, members: dict[str, bytes]) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    clients.s3().put_object(Bucket=MODELS, Key=key, Body=packed.getvalue())


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:marquee-dev"
    variables = {
        "STAGE": "dev",
        "LEDGER_TABLE": "marquee-test-ledger",
        "NOTICES_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:marquee-dev-notices",
        "RAW_BUCKET": RAW,
        "CURATED_BUCKET": CURATED,
        "MODEL_BUCKET": MODELS,
        "BATCH_BUCKET": "marquee-dev-batch-123456789012-us-east-1",
        "PREPARE_DATASET_ARN": f"{machine}-prepare-dataset",
        "RELEASE_MODEL_ARN": f"{machine}-release-model",
        "ROLL_BACK_FUNCTION": "roll_back",
        "SHARE_TRAFFIC_FUNCTION": "share_traffic",
        "IDLE_DAYS": "14",
        "DELETE_IDLE_ENDPOINT": "false",
        "START_TRANSFORM_FUNCTION": "start_transform",
        "FINISH_TRANSFORM_FUNCTION": "finish_transform",
        "GLUE_JOB_NAME": "marquee-dev-prepare-dataset",
        "RAW_CRAWLER_NAME": "marquee-dev-raw",
        "CURATED_CRAWLER_NAME": "marquee-dev-curated",
        "TRAINING_ROLE_ARN": ROLE,
        "TRAINING_IMAGE_URI": "1.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2",
        "TRAINING_INSTANCE_TYPE": "ml.m5.xlarge",
        "TRAINING_INSTANCE_COUNT": "1",
        "TRAINING_USE_SPOT": "true",
        "TRAINING_MAX_SECONDS": "3600",
        "ALGORITHM": "ngram",
        "HYPERPARAMETERS": '{"ngrams": "3"}',
        "CODE_URI": f"s3://{MODELS}/code/abc123",
        "MODEL_ROLE_ARN": ROLE,
        "INFERENCE_IMAGE_URI": "1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1",
        "MODEL_PACKAGE_GROUP": "marquee-dev",
        "ENDPOINT_NAME": "marquee-dev",
        "ENDPOINT_TYPE": "serverless",
        "ENDPOINT_MEMORY_MB": "2048",
        "ENDPOINT_INSTANCE_TYPE": "ml.m5.large",
        "MIN_INSTANCES": "1",
        "MAX_INSTANCES": "4",
        "INVOCATIONS_PER_INSTANCE": "600",
        "TRAFFIC_SHIFTING": "all_at_once",
        "SHIFT_PERCENT": "10",
        "SHIFT_SECONDS": "120",
        "BAKE_SECONDS": "60",
        "MAX_LATENCY_MS": "1000",
        "TRANSFORM_INSTANCE_TYPE": "ml.m5.large",
        "ACCURACY_FLOOR": "0.8",
        "MAX_ACCURACY_DROP": "0.005",
        "MINIMUM_ROWS": "20",
        "POWERTOOLS_SERVICE_NAME": "marquee",
        "POWERTOOLS_METRICS_NAMESPACE": "Marquee",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings.load.cache_clear()
    yield variables
    settings.load.cache_clear()


@pytest.fixture
def sagemaker(aws: None) -> Iterator[SageMakerDouble]:
    with SageMakerDouble().answering(clients.sagemaker(), clients.sagemaker_runtime()) as double:
        yield double


@pytest.fixture
def glue(aws: None) -> Iterator[GlueDouble]:
    with GlueDouble().answering(clients.glue(), clients.glue_once()) as double:
        yield double


@pytest.fixture
def queue(aws: None) -> str:
    topic = clients.sns().create_topic(Name="marquee-dev-notices")["TopicArn"]
    url = str(_sqs().create_queue(QueueName="inbox")["QueueUrl"])
    inbox = "arn:aws:sqs:us-east-1:123456789012:inbox"
    clients.sns().subscribe(TopicArn=topic, Protocol="sqs", Endpoint=inbox)
    return url


@pytest.fixture
def pipeline(
    table: str, environment: dict[str, str], sagemaker: SageMakerDouble, glue: GlueDouble, queue: str
) -> Pipeline:
    for bucket in (RAW, CURATED, MODELS):
        clients.s3().create_bucket(Bucket=bucket)
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    for machine in ("prepare-dataset", "release-model"):
        name = f"marquee-dev-{machine}"
        clients.stepfunctions().create_state_machine(name=name, definition=definition, roleArn=ROLE)
    return Pipeline(table, sagemaker, glue, queue)


@cache
def _sqs() -> Any:
    return boto3.client("sqs", region_name="us-east-1")
