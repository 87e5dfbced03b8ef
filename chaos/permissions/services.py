"""The roles of Glue and SageMaker: the work is done again with one more permission, until it succeeds."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chaos.permissions.grants import Grant
from chaos.permissions.traveller import Traveller
from chaos.permissions.verdicts import Killed

Work = Callable[[Traveller], str]
"""Does a service's work once; says how it failed, "" if it did not."""


@dataclass(frozen=True)
class Service:
    """A role of a service by the end of its name, and the works that it needs its permissions for."""

    role: str
    works: tuple[Work, ...]
    logs: str
    """Start of the name of the log groups that tell of its work."""


def withheld_from(service: Service, traveller: Traveller, grants: list[Grant]) -> Iterator[Killed]:
    """Take everything from the role, and give it back one by one as it is missed."""
    cloud = traveller.stage.cloud
    role = next(grant.role for grant in grants if f"-{service.role}-" in grant.role)
    cloud.control("permissions", {"withhold": [g.as_json() for g in grants if g.role == role]})
    for work in service.works:
        yield from _until_it_works(work, role, traveller, service.logs)
    cloud.control("permissions", {"give_back": True})


def _until_it_works(work: Work, role: str, traveller: Traveller, logs: str) -> Iterator[Killed]:
    while True:
        cloud, since = traveller.stage.cloud, time.time()
        failed = work(traveller) or _unlogged(traveller, logs, since)
        denied = cloud.control("permissions", {"denied": role})
        if not denied:
            return
        first = {name: denied[0][name] for name in ("role", "action", "resource")}
        given = [Grant(**grant) for grant in cloud.control("permissions", {"give": first})]
        yield Killed(tuple(given), work.__name__, failed)


def _unlogged(traveller: Traveller, prefix: str, since: float) -> str:
    """Say so if no line was written since (epoch seconds) to any log group whose name starts so."""
    logs, start = traveller.stage.client("logs"), int(since * 1000)
    prefix = prefix.format(traveller.stage.account.stage)
    groups = [g["logGroupName"] for g in logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]]
    lines = [logs.filter_log_events(logGroupName=group, startTime=start)["events"] for group in groups]
    return "" if any(lines) else f"nothing in the log {prefix}"


def etl(traveller: Traveller) -> str:
    """A Glue job run over the last good upload."""
    run = next(
        run for run in traveller.ledger.runs() if "dataset_digest" in run.facts or run.facts.get("rows")
    )
    outputs, attempt = traveller.stage.account.outputs, f"probe-{uuid.uuid4().hex[:10]}"
    arguments = {
        "--run_id": attempt,
        "--attempt_id": attempt,
        "--raw_bucket": outputs["RawBucketName"],
        "--raw_key": run.upload.key,
        "--curated_bucket": outputs["CuratedBucketName"],
        "--minimum_rows": "100",
    }
    glue, job = traveller.stage.client("glue"), outputs["GlueJobName"]
    started = glue.start_job_run(JobName=job, Arguments=arguments)["JobRunId"]

    def look() -> Any:
        found = glue.get_job_run(JobName=job, RunId=started)["JobRun"]
        return found if found["JobRunState"] not in ("STARTING", "RUNNING", "WAITING", "STOPPING") else None

    ended = traveller.awaited(look, "the end of a Glue job run")
    return "" if ended["JobRunState"] == "SUCCEEDED" else f"job run {ended['JobRunState']}"


def crawl_raw(traveller: Traveller) -> str:
    """A crawl of the uploads."""
    return _crawl(traveller, traveller.stage.account.outputs["RawCrawlerName"])


def crawl_curated(traveller: Traveller) -> str:
    """A crawl of the datasets."""
    return _crawl(traveller, traveller.stage.account.outputs["CuratedCrawlerName"])


def _crawl(traveller: Traveller, name: str) -> str:
    glue = traveller.stage.client("glue")

    def idle() -> Any:
        crawler = glue.get_crawler(Name=name)["Crawler"]
        return crawler if crawler["State"] == "READY" else None

    traveller.awaited(idle, f"the end of crawler {name}")
    glue.start_crawler(Name=name)
    ended = traveller.awaited(idle, f"the end of crawler {name}")["LastCrawl"]["Status"]
    return "" if ended == "SUCCEEDED" else f"crawl {ended}"


def training(traveller: Traveller) -> str:
    """The last completed training job once more, under another name."""
    sagemaker = traveller.stage.client("sagemaker")
    jobs = sagemaker.list_training_jobs(StatusEquals="Completed")["TrainingJobSummaries"]
    known = sagemaker.describe_training_job(TrainingJobName=jobs[0]["TrainingJobName"])
    wanted = sagemaker.meta.service_model.operation_model("CreateTrainingJob").input_shape.members
    request = {name: value for name, value in known.items() if name in wanted and value}
    name = f"probe-{uuid.uuid4().hex[:10]}"
    sagemaker.create_training_job(**{**request, "TrainingJobName": name})

    def look() -> str | None:
        status = sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"]
        return status if status not in ("InProgress", "Stopping") else None

    ended = traveller.awaited(look, "the end of a training job")
    return "" if ended == "Completed" else f"training job {ended}"


def endpoint(traveller: Traveller) -> str:
    """An endpoint with the champion's config."""
    sagemaker, name = traveller.stage.client("sagemaker"), f"probe-{uuid.uuid4().hex[:10]}"
    champion = traveller.ledger.champion()
    config = champion.endpoint_config if champion else ""
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)

    def look() -> str | None:
        status = sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"]
        return status if status not in ("Creating",) else None

    ended = traveller.awaited(look, "the end of an endpoint's creation")
    sagemaker.delete_endpoint(EndpointName=name)
    return "" if ended == "InService" else f"endpoint {ended}"


def transform(traveller: Traveller) -> str:
    """The last transform job once more, under another name."""
    sagemaker = traveller.stage.client("sagemaker")
    jobs = sagemaker.list_transform_jobs(StatusEquals="Completed")["TransformJobSummaries"]
    known = sagemaker.describe_transform_job(TransformJobName=jobs[0]["TransformJobName"])
    wanted = sagemaker.meta.service_model.operation_model("CreateTransformJob").input_shape.members
    request = {name: value for name, value in known.items() if name in wanted and value}
    name = f"probe-{uuid.uuid4().hex[:10]}"
    sagemaker.create_transform_job(**{**request, "TransformJobName": name})

    def look() -> str | None:
        status = sagemaker.describe_transform_job(TransformJobName=name)["TransformJobStatus"]
        return status if status not in ("InProgress", "Stopping") else None

    ended = traveller.awaited(look, "the end of a transform job")
    return "" if ended == "Completed" else f"transform job {ended}"


SERVICES = (
    Service("etl", (etl,), "/aws-glue/marquee-{}/"),
    Service("crawler", (crawl_raw, crawl_curated), "/aws-glue/crawlers"),
    Service("training", (training,), "/aws/sagemaker/TrainingJobs"),
    Service("model", (endpoint, transform), "/aws/sagemaker/TransformJobs"),
)
